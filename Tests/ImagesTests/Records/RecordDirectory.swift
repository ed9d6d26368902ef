import Foundation

/// A directory with files in CIFAR-10's binary format, removed with the value.
final class RecordDirectory: Sendable {
  let path: String

  /// An empty directory.
  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("dptrain-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// A whole data set: `count` records a file.
  convenience init(count: Int) throws {
    try self.init()
    for (number, name) in Self.names.enumerated() {
      try write((0..<count).flatMap { record(label: ($0 + number) % 10, seed: number * count + $0) }, name)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  static let names = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]

  func write(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }
}

/// A record whose pixels differ from those of any other seed below 100.
func record(label: Int, seed: Int) -> [UInt8] {
  [UInt8(label)] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 251 * seed + seed) }
}
