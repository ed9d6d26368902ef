import Foundation
import Formats

/// One of the files that `Tests/Golden/networks.py` wrote: what PyTorch computes, to compare with.
///
/// `Tests/Golden/README.md` lists the tensors and says which elements a file keeps.
public struct Golden: Sendable {
  private let file: SafetensorsFile

  /// Opens `Tests/Golden/NAME.safetensors`.
  public init(_ name: String) throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    file = try SafetensorsFile(path: tests.appending(path: "Golden/\(name).safetensors").path())
  }

  /// The recorded tensors, in order of their names.
  public var names: [String] {
    file.names.filter { $0.hasSuffix("/summary") }.map { String($0.dropLast("/summary".count)) }.sorted()
  }

  /// All elements of a tensor that the file keeps whole, in PyTorch's order.
  public func values(_ name: String) throws -> [Float] {
    try file.floats(name)
  }

  /// How `actual`, a whole tensor in PyTorch's order, differs from the recorded one; nil where it agrees.
  ///
  /// It agrees where the kept elements, the norm and the sum do, measured by the relative L2 error. That may be
  /// `tolerance`, or eight times what PyTorch's own `Float` arithmetic came to if this is more.
  public func difference(_ name: String, _ actual: [Float], tolerance: Double = 1e-5) throws -> String? {
    let summary = try file.floats("\(name)/summary").map(Double.init)
    let (sum, norm, deviation) = (summary[0], summary[1], summary[2])
    let step: Int
    let expected: [Float]
    if file.contains(name) {
      step = 1
      expected = try file.floats(name)
    } else {
      step = Self.step(count: actual.count)
      expected = try file.floats("\(name)/samples")
    }
    let kept = stride(from: 0, to: actual.count, by: step).map { actual[$0] }
    guard kept.count == expected.count else {
      return "\(name): \(kept.count) elements of \(actual.count) are to be compared, recorded are \(expected.count)"
    }
    let allowed = max(tolerance, norm > 0 ? 8 * deviation / norm : 0)

    let differences = zip(kept, expected).map { Double($0) - Double($1) }
    let error = Self.norm(differences)
    let share = (Double(kept.count) / Double(actual.count)).squareRoot()
    let scale = max(Self.norm(expected.map(Double.init)), norm * share)
    guard error <= allowed * scale else {
      let worst = differences.indices.max { differences[$0].magnitude < differences[$1].magnitude } ?? 0
      return """
        \(name): relative error \(error / scale), allowed \(allowed); \
        worst at element \(worst * step): \(kept[worst]), expected \(expected[worst])
        """
    }
    let values = actual.map(Double.init)
    let actualNorm = Self.norm(values)
    guard (actualNorm - norm).magnitude <= allowed * norm else {
      return "\(name): norm \(actualNorm), expected \(norm), allowed relative error \(allowed)"
    }
    let actualSum = values.reduce(0, +)
    guard (actualSum - sum).magnitude <= allowed * norm * Double(actual.count).squareRoot() else {
      return "\(name): sum \(actualSum), expected \(sum), norm \(norm), allowed relative error \(allowed)"
    }
    return nil
  }

  /// The smallest step ≥ count / 256 without a factor in common with `count`.
  private static func step(count: Int) -> Int {
    var step = (count + 255) / 256
    while greatestCommonDivisor(step, count) != 1 { step += 1 }
    return step
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  private static func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
