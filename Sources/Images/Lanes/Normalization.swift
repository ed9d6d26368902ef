/// The mean and standard deviation, a channel, that pixels in [0, 1] are brought to 0 and 1 with.
public struct Normalization: Sendable, Equatable {
  /// Red, green, blue.
  public let mean: SIMD3<Float>
  public let standardDeviation: SIMD3<Float>

  public init(mean: SIMD3<Float>, standardDeviation: SIMD3<Float>) {
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// The figures of ImageNet, which torchvision's models expect.
  public static let imageNet = Normalization(
    mean: SIMD3(0.485, 0.456, 0.406), standardDeviation: SIMD3(0.229, 0.224, 0.225))

  /// The normalised value of each byte, `[3][256]`, in the order of operations of torchvision's `ToTensor` and `Normalize`.
  var table: [Float] {
    (0..<Record.channels).flatMap { channel in
      (0..<256).map { (Float($0) / 255 - mean[channel]) / standardDeviation[channel] }
    }
  }
}

extension Normalization: CustomStringConvertible {
  /// `mean 0.485, 0.456, 0.406, standard deviation 0.229, 0.224, 0.225`
  public var description: String {
    func list(_ numbers: SIMD3<Float>) -> String { (0..<3).map { "\(numbers[$0])" }.joined(separator: ", ") }
    return "mean \(list(mean)), standard deviation \(list(standardDeviation))"
  }
}
