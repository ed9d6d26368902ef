import Machine

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

  /// The fastest one for a convolution in code compiled for these features: `kernel-bench` has the figures.
  ///
  /// Where Winograd's form exists it is ahead on every processor, having a fraction of the products. Elsewhere tiles that
  /// fill the registers of AVX-512 beat OpenBLAS; those for fewer and smaller registers come out even or a little behind.
  public static func preferred(
    for shape: ConvolutionShape, builtFor features: ProcessorFeatures = .builtFor
  ) -> ConvolutionBackend {
    if ConvolutionBackend.winograd.suits(shape) { return .winograd }
    return features.contains(ProcessorFeatures(["avx512f"])) ? .registerTiles : .openBLAS
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
