import Foundation

/// The machine's main memory.
public struct Memory: Sendable, Equatable, CustomStringConvertible {
  public let bytes: Int
  /// What programs can get without swapping.
  public let availableBytes: Int

  /// Nil if the text is not that of Linux's `/proc/meminfo`.
  public init?(_ text: String) {
    func value(_ label: String) -> Int? {
      guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(label):") }) else { return nil }
      let words = line.split(separator: " ")
      guard words.count == 3, words[2] == "kB" else { return nil }
      return Int(words[1]).map { $0 * 1024 }
    }
    guard let bytes = value("MemTotal"), let available = value("MemAvailable") else { return nil }
    self.bytes = bytes
    availableBytes = available
  }

  package init?(contentsOfFile path: String) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    self.init(text)
  }

  public var description: String { "\(Self.gibibytes(bytes)) GiB; \(Self.gibibytes(availableBytes)) GiB available" }

  private static func gibibytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 0x1p30) }
}
