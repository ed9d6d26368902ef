/// What computes a convolution.
public enum ConvolutionBackend: Sendable, CaseIterable {
  /// The package's own register tiles.
  case registerTiles
  /// `cblas_sgemm`, by tap and row.
  case openBLAS

  /// The faster one for code compiled for these features.
  ///
  /// A tile keeps 24 accumulators of 16 floats in registers. AVX-512 has 32 such registers; where the compiler must split
  /// the vectors over 16 smaller ones, they go through memory at every step, and OpenBLAS is ahead.
  public static func preferred(builtFor features: ProcessorFeatures) -> ConvolutionBackend {
    features.contains(ProcessorFeatures(["avx512f"])) ? .registerTiles : .openBLAS
  }
}

/// The operations of ``Convolution``, which documents them, in one implementation.
protocol ConvolutionAlgorithm: Sendable {
  func forward(weights: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>)

  func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, adding: Bool
  )

  var scratchCount: Int { get }

  func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>)
}
