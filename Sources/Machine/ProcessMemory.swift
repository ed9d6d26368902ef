import Foundation

/// The memory of this process, as Linux counts it.
public enum ProcessMemory {
  /// The largest resident set so far, without memory-mapped files: what the process itself took.
  public static var peakResidentBytes: Int { bytes("VmHWM") }

  /// The resident set now, without memory-mapped files.
  public static var residentBytes: Int { bytes("VmRSS") }

  private static func bytes(_ key: String) -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
    func kibibytes(_ key: String) -> Int {
      let line = status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
      return line.flatMap { Int($0.split(whereSeparator: { !$0.isNumber }).first ?? "") } ?? 0
    }
    return (kibibytes(key) - kibibytes("RssFile")) * 1024
  }
}
