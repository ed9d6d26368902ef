/// What one image's forward pass of a convolution takes on one core, predicted from its shape and its survivors.
///
/// A pure function of them, never a measurement: what is pruned for a time must not depend on what else a machine was doing.
public enum ConvolutionTime {
  /// The rates for outputs of a size.
  struct Rates {
    /// The smallest number of output pixels that they hold for.
    let pixels: Int
    /// Arithmetic of the dense kernels, Winograd's savings counted as done, in 10⁹ operations a second, a multiply-add being
    /// two.
    let winograd: Double
    let direct: Double
    /// Arithmetic of the sparse kernel, in 10⁹ operations a second.
    let sparse: Double
    /// To fetch one survivor and find its operands, for its part of a microbatch, in 10⁻⁹ seconds.
    let survivor: Double
    /// To write one output element, in 10⁻⁹ seconds.
    let output: Double
  }

  /// Round figures for one Zen 5 core with AVX-512 at microbatches of 64 images, fitted to `kernel-bench --sparse`
  /// (docs/results/sparse-kernels.txt). The sparse kernel's rate is that of long runs in the first-level cache.
  static let rates = [
    Rates(pixels: 64, winograd: 600, direct: 255, sparse: 180, survivor: 0.1, output: 0.065),
    Rates(pixels: 16, winograd: 500, direct: 255, sparse: 200, survivor: 0.08, output: 0.05),
    Rates(pixels: 4, winograd: 255, direct: 255, sparse: 160, survivor: 0.015, output: 0.045),
    Rates(pixels: 0, winograd: 255, direct: 255, sparse: 110, survivor: 0.002, output: 0.06),
  ]

  /// The seconds of the faster of the dense and the sparse kernel.
  ///
  /// - Parameter survivorsPerTap: the weights that pruning left of each tap, those of dead taps without effect.
  public static func seconds(of shape: ConvolutionShape, survivorsPerTap: [Int]) -> Double {
    min(denseSeconds(of: shape), sparseSeconds(of: shape, survivorsPerTap: survivorsPerTap))
  }

  /// The seconds of the dense kernel, which multiplies by zeros too.
  public static func denseSeconds(of shape: ConvolutionShape) -> Double {
    let rates = rates(of: shape)
    let rate = ConvolutionWinograd.suits(shape) ? rates.winograd : rates.direct
    return 2 * Double(shape.multiplyAdds) / (rate * 1e9)
  }

  /// The seconds of the sparse kernel.
  public static func sparseSeconds(of shape: ConvolutionShape, survivorsPerTap: [Int]) -> Double {
    let rates = rates(of: shape)
    var survivors = 0
    var multiplyAdds = 0
    for (count, outputs) in zip(survivorsPerTap, shape.outputsPerTap) where outputs > 0 {
      survivors += count
      multiplyAdds += count * outputs
    }
    let outputs = shape.outputHeight * shape.outputWidth * shape.outputChannels
    return 2 * Double(multiplyAdds) / (rates.sparse * 1e9)
      + (Double(survivors) * rates.survivor + Double(outputs) * rates.output) * 1e-9
  }

  private static func rates(of shape: ConvolutionShape) -> Rates {
    let pixels = shape.outputHeight * shape.outputWidth
    return rates.first { pixels >= $0.pixels } ?? rates[rates.count - 1]
  }
}
