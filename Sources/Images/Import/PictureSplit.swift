import Formats

/// Which pictures are for training and which for the test, each in the order of their records.
public struct PictureSplit: Sendable, Equatable {
  public let training: [PictureFolder.File]
  public let test: [PictureFolder.File]

  /// Splits a folder, or keeps the split that it has.
  ///
  /// A picture's place follows from the hash of its name and the seed alone. So the same folder gives the same data set anywhere, and
  /// pictures that are added later move few others from one part to the other. Of each class the share is taken that comes nearest
  /// to `testShare`, at least one picture, and one stays to train on. Records are in the order of the hashes too: the first N are a
  /// fair choice of all.
  ///
  /// - Parameter testShare: above 0 and below 1; nil where the folder has test pictures.
  public init(_ folder: PictureFolder, testShare: Double?, seed: UInt64) {
    let sorted = Self.sorted(folder.training, seed: seed)
    if let test = folder.test {
      training = sorted
      self.test = Self.sorted(test, seed: seed)
      return
    }
    var counts = [Int](repeating: 0, count: folder.classNames.count)
    for file in sorted { counts[file.label] += 1 }
    var left = counts.map { count in
      min(count - 1, max(1, Int((Double(count) * (testShare ?? 0)).rounded(.toNearestOrEven))))
    }
    var (training, test): ([PictureFolder.File], [PictureFolder.File]) = ([], [])
    for file in sorted {
      if left[file.label] > 0 {
        left[file.label] -= 1
        test.append(file)
      } else {
        training.append(file)
      }
    }
    self.training = training
    self.test = test
  }

  private static func sorted(_ files: [PictureFolder.File], seed: UInt64) -> [PictureFolder.File] {
    let hashes = files.map { Hash128.low(of: $0.name, seed: seed) }
    return zip(hashes, files).sorted {
      $0.0 == $1.0 ? $0.1.name.utf8.lexicographicallyPrecedes($1.1.name.utf8) : $0.0 < $1.0
    }.map(\.1)
  }
}
