import Formats

extension CIFARDataset {
  /// Thirty-two hexadecimal digits that differ where other images, or other labels, are trained on: the XXH3 hash of the numbers
  /// of images and of every sixteenth image with its label, and of what the pixels are normalised by where that is not ImageNet's.
  public var sampleHash: String {
    var words: [UInt64] = []
    for images in [training, test] {
      words.append(UInt64(images.count))
      for index in stride(from: 0, to: images.count, by: 16) {
        words.append(UInt64(images.label(index)))
        let hash = images.pixels(index).withUnsafeBytes { Hash128($0) }
        words += [hash.low, hash.high]
      }
    }
    if normalization != .imageNet {
      let numbers = [normalization.mean, normalization.standardDeviation].flatMap { [$0.x, $0.y, $0.z] }
      words += numbers.map { UInt64($0.bitPattern) }
    }
    return words.withUnsafeBytes { "\(Hash128($0))" }
  }
}
