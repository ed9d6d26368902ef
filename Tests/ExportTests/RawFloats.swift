import Foundation

/// Floats in a file as they lie in memory.
enum RawFloats {
  static func write(_ values: [Float], to url: URL) throws {
    try values.withUnsafeBytes { try Data($0).write(to: url) }
  }

  static func read(_ url: URL) throws -> [Float] {
    let data = try Data(contentsOf: url)
    return stride(from: 0, to: data.count, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[data.startIndex + place + $1]) << UInt32(8 * $1) })
    }
  }
}

/// The largest difference between two lists of numbers, infinite where one is no number or the lengths differ.
func largestDifference(_ first: [Float], _ second: [Float]) -> Float {
  guard first.count == second.count else { return .infinity }
  return zip(first, second).reduce(0) { largest, pair in
    let difference = (pair.0 - pair.1).magnitude
    return difference.isFinite ? max(largest, difference) : .infinity
  }
}
