extension CIFARDataset {
  /// The built-in images: patches with one of ten patterns, at random places, in random sizes and brightnesses, over random
  /// backgrounds with clutter and noise. 5,120 training and 1,024 test images, the same on every machine, made in a fraction
  /// of a second.
  ///
  /// They are there so that the program can be tried without a network. A linear model learns nothing from them: the
  /// patterns start anywhere and are as often darker as brighter than what surrounds them.
  public static func synthetic() -> CIFARDataset {
    CIFARDataset(
      synthetic: syntheticImages(5_120, part: 0), test: syntheticImages(1_024, part: 1),
      classNames: SyntheticFigure.Kind.allCases.map { "synthetic-\($0.rawValue)" })
  }

  /// `count` images of equally frequent classes; those of different parts are independent.
  private static func syntheticImages(_ count: Int, part: Int) -> ImageSet {
    let kinds = SyntheticFigure.Kind.allCases
    let block = RecordBlock(count: count) { memory in
      for index in 0..<count {
        let record = UnsafeMutableRawBufferPointer(
          rebasing: memory[(index * Record.size)..<((index + 1) * Record.size)])
        let label = index % kinds.count
        record[0] = UInt8(truncatingIfNeeded: label)
        var image = SyntheticImage(kind: kinds[label], part: part, index: index)
        image.draw(into: UnsafeMutableRawBufferPointer(rebasing: record[1...]))
      }
    }
    return ImageSet([block])
  }
}
