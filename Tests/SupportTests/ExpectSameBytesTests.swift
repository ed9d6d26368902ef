import Foundation
import TestSupport
import Testing

/// What is expected of whole files fails where they differ, at once and with the place.
struct ExpectSameBytesTests {
  @Test func theSameBytesAreTheSame() { expectSameBytes(Data([1, 2, 3]), Data([1, 2, 3]), "model") }

  @Test(arguments: [
    (Data([1, 2, 3]), Data([1, 2, 4]), "model: 3 bytes, expected 3; they differ from byte 2 on"),
    (Data([1, 2]), Data([1, 2, 3]), "model: 2 bytes, expected 3; they differ from byte 2 on"),
    (Data(), Data([1]), "model: 0 bytes, expected 1; they differ from byte 0 on"),
  ])
  func theFirstDifferentByteIsNamed(found: Data, expected: Data, message: String) {
    withKnownIssue {
      expectSameBytes(found, expected, "model")
    } matching: { issue in
      issue.comments.map(\.rawValue) == [message]
    }
  }

  @Test func modelsThatDifferEverywhereAreNotSearchedForEdits() {
    let found = Data(repeating: 0, count: 40_000_000)
    withKnownIssue { expectSameBytes(found, Data(repeating: 1, count: 40_000_000), "model") }
  }
}
