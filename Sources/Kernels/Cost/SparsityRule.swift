/// What is computed of a convolution.
public enum ConvolutionOperation: Sendable, CaseIterable {
  case forward
  case inputGradient
  case weightGradient
}

/// Which of dense and sparse kernels is the faster one.
///
/// A pure function of shape and survivors, so that all ranks, and all runs, choose alike. Its constants come from
/// `kernel-bench --sparse`.
public enum SparsityRule {
  /// Whether the survivors alone are multiplied faster than all weights.
  ///
  /// - Parameter operation: what is computed; each has kernels of its own.
  public static func prefersSparse(_ operation: ConvolutionOperation, _ pattern: SparsePattern) -> Bool {
    pattern.density < largestDensity(operation, pattern.shape)
  }

  /// The density, by multiply-adds, up to which the sparse kernel is ahead.
  static func largestDensity(_ operation: ConvolutionOperation, _ shape: ConvolutionShape) -> Double {
    let isWinograd = ConvolutionBackend.preferred(for: shape) == .winograd
    let pixels = shape.outputHeight * shape.outputWidth
    switch operation {
    case .forward:
      if shape.inputChannels < vectorWidth { return 0.62 }
      if isWinograd { return 0.21 }
      return pixels >= 16 ? 0.5 : 0.4
    case .inputGradient:
      if isWinograd { return 0.21 }
      return pixels >= 16 ? 0.42 : 0.37
    case .weightGradient:
      if shape.inputChannels < vectorWidth { return 1 }
      if isWinograd { return 0.21 }
      return pixels >= 16 ? 0.5 : pixels >= 4 ? 0.3 : 0.22
    }
  }
}
