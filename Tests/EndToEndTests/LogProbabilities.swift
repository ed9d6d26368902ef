import Foundation
import TestSupport
import Testing

/// The logarithms of the probabilities of each image's classes, by which logits compare but for a constant an image.
struct LogProbabilities: Equatable {
  /// `[image][class]`.
  let values: [[Double]]

  /// Of logits in 32-bit floats, `[image][class]`.
  init(logits: Data, classes: Int) {
    let floats = logits.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map { Double(bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)) }
    }
    values = stride(from: 0, to: floats.count, by: classes).map { first in
      let own = floats[first..<first + classes]
      let sum = log(own.reduce(0) { $0 + exp($1) })
      return own.map { $0 - sum }
    }
  }

  /// What `dptrain predict` gives ten classes of the images in a record file.
  init(of model: String, records: String, _ scratch: Scratch) throws {
    let result = try dptrain(["predict", "--model", model, "--json", "--top", "10", records], directory: scratch.url)
    try #require(result.succeeded, "\(result)")
    values = try result.outputLines.map { line in
      let image = try JSONDecoder().decode(PictureCommandTests.Line.self, from: Data(line.utf8))
      return image.classes.sorted { $0.index < $1.index }.map { log($0.probability) }
    }
  }

  /// Infinite where there are other numbers of images or classes.
  func largestDifference(from other: LogProbabilities) -> Double {
    guard values.map(\.count) == other.values.map(\.count) else { return .infinity }
    return zip(values.joined(), other.values.joined()).reduce(0) { largest, pair in
      let difference = abs(pair.0 - pair.1)
      return difference.isFinite ? max(largest, difference) : .infinity
    }
  }
}
