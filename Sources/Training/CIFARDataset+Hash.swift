import CIFAR

extension CIFARDataset {
  /// Thirty-two hexadecimal digits that differ where other images, or other labels, are trained on: the XXH3 hash of the numbers
  /// of images and of every sixteenth image with its label.
  public var sampleHash: String {
    var words: [UInt64] = []
    for images in [training, test] {
      words.append(UInt64(images.count))
      for index in stride(from: 0, to: images.count, by: 16) {
        words.append(UInt64(images.label(index)))
        words += images.pixels(index).withUnsafeBytes { ArenaHash($0).words }
      }
    }
    return words.withUnsafeBytes { "\(ArenaHash($0))" }
  }
}
