/// What a convolution's sums begin with, and whether they end in a ReLU.
public struct ConvolutionStart {
  /// One number a channel, or one a channel and pixel; `nil` for zeros.
  public var bias: UnsafePointer<Float>?
  /// The numbers of each channel in ``bias``: 1 or the pixels of the output.
  public var biasPixels: Int
  /// Activations of the output's shape that are added.
  public var residual: UnsafePointer<Float>?
  /// Whether negative sums become zero.
  public var rectifies: Bool

  public init(
    bias: UnsafePointer<Float>? = nil, biasPixels: Int = 1, residual: UnsafePointer<Float>? = nil,
    rectifies: Bool = false
  ) {
    self.bias = bias
    self.biasPixels = biasPixels
    self.residual = residual
    self.rectifies = rectifies
  }

  /// Sums that begin with zero.
  public static var zero: ConvolutionStart { ConvolutionStart() }
}
