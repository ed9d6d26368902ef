import Foundation
import TestSupport

/// A directory for one test, with small files of the kinds that dptrain reads.
struct Scratch {
  private let directory: TemporaryDirectory
  var url: URL { directory.url }

  init() throws { directory = try TemporaryDirectory() }

  func path(_ name: String) -> String { url.appending(path: name).path() }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// The names in a directory, those below its directories too, but for the lock.
  func names(_ name: String = "") -> [String] {
    ((try? FileManager.default.subpathsOfDirectory(atPath: path(name))) ?? []).filter { $0 != ".lock" }.sorted()
  }

  func contents(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }

  func write(_ data: Data, _ name: String) throws {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  /// Writes 320 training and 64 test images of noise in CIFAR-10's binary format. Returns the directory's path.
  @discardableResult
  func writeImages(_ name: String = "images") throws -> String {
    for file in Self.imageFiles { try write(Self.images(file), "\(name)/\(file)") }
    return path(name)
  }

  static let imageFiles = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]
  static let recordSize = 3_073

  /// 64 images whose labels go round.
  static func images(_ name: String) -> Data {
    var bytes = Formula.integers(name, count: 64 * recordSize, bound: 256).map { UInt8($0) }
    for image in 0..<64 { bytes[image * recordSize] = UInt8(image % 10) }
    return Data(bytes)
  }

  /// What makes a run on such images short.
  static let smallBatch = ["--batch-size", "64", "--microbatch", "16"]
  static let oneEpoch = smallBatch + ["--epochs", "1", "--finetune-epochs", "1"]
}
