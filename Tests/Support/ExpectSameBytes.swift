import Foundation
import Testing

/// Expects two files to be the same, and names the first byte at which they differ. `#expect(found == expected)` would look
/// for the shortest edit between them, which takes hours where they are models.
public func expectSameBytes(
  _ found: Data, _ expected: Data, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  if found == expected { return }
  let byte = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? min(found.count, expected.count)
  Issue.record(
    "\(name): \(found.count) bytes, expected \(expected.count); they differ from byte \(byte) on",
    sourceLocation: sourceLocation)
}
