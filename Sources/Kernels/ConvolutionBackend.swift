/// What computes a convolution.
public enum ConvolutionBackend: Sendable, CaseIterable {
  /// The package's own register tiles, tap by tap.
  case registerTiles
  /// Register tiles behind Winograd's transforms, for 3×3 convolutions of stride 1.
  case winograd
  /// `cblas_sgemm`, by tap and row.
  case openBLAS

  /// Whether it can compute a convolution.
  public func suits(_ shape: ConvolutionShape) -> Bool {
    self == .winograd ? ConvolutionWinograd.suits(shape) : true
  }

  /// The fastest one for a convolution in code compiled for these features.
  ///
  /// A tile keeps 24 accumulators of 16 floats in registers. AVX-512 has 32 such registers; where the compiler must split
  /// the vectors over 16 smaller ones, they go through memory at every step, and OpenBLAS is ahead. `kernel-bench` has the
  /// figures.
  public static func preferred(
    for shape: ConvolutionShape, builtFor features: ProcessorFeatures = .builtFor
  ) -> ConvolutionBackend {
    guard features.contains(ProcessorFeatures(["avx512f"])) else { return .openBLAS }
    return ConvolutionBackend.winograd.suits(shape) ? .winograd : .registerTiles
  }
}

/// The operations of ``Convolution``, which documents them, in one implementation.
protocol ConvolutionAlgorithm: Sendable {
  func forward(
    weights: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, sameWeights: Bool)

  func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, adding: Bool
  )

  var scratchCount: Int { get }

  func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>)
}
