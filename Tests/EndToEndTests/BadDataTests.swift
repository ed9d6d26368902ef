import Foundation
import Testing

/// Image files and batches that cannot be trained on: refused before anything is written.
struct BadDataTests {
  private static let run = ["--arch", "resnet8", "--output", "run"]

  /// Good images, of which one file is then changed.
  private static func images(_ scratch: Scratch, _ file: String, _ change: (inout Data) -> Void) throws -> [String] {
    try scratch.writeImages()
    var data = try scratch.contents("images/\(file)")
    change(&data)
    try scratch.write(data, "images/\(file)")
    return run + ["--data", "images"] + Scratch.oneEpoch
  }

  static let files: [Refusal] = [
    Refusal("no such directory", saying: "there is no directory nowhere", "`make data`") { _ in
      run + ["--data", "nowhere"]
    },
    Refusal("a file in place of the directory", saying: "there is no directory images.bin") { scratch in
      try scratch.write(Data([1]), "images.bin")
      return run + ["--data", "images.bin"]
    },
    Refusal("an empty directory", saying: "images holds no data_batch_1.bin, but nothing", "test_batch.bin") {
      scratch in
      try FileManager.default.createDirectory(
        at: scratch.url.appending(path: "images"), withIntermediateDirectories: true)
      return run + ["--data", "images"]
    },
    Refusal("a missing batch file", saying: "images holds no data_batch_3.bin, but data_batch_1.bin") { scratch in
      try scratch.writeImages()
      try FileManager.default.removeItem(at: scratch.url.appending(path: "images/data_batch_3.bin"))
      return run + ["--data", "images"]
    },
    Refusal("a truncated batch file", saying: "images/data_batch_2.bin is 196671 bytes long", "byte 193599") {
      scratch in
      try images(scratch, "data_batch_2.bin") { $0.removeLast() }
    },
    Refusal("an empty batch file", saying: "images/test_batch.bin is empty") { scratch in
      try images(scratch, "test_batch.bin") { $0.removeAll() }
    },
    Refusal("a label of 10", saying: "data_batch_5.bin, record 7, byte 21511: label 10, expected 0 to 9") { scratch in
      try images(scratch, "data_batch_5.bin") { $0[7 * Scratch.recordSize] = 10 }
    },
  ]

  @Test(arguments: files, [nil, 2])
  func imagesThatCannotBeReadAreRefused(refusal: Refusal, ranks: Int?) throws {
    try refusal.check(ranks: ranks, status: 1)
  }

  private static func batch(_ flags: String...) -> @Sendable (Scratch) throws -> [String] {
    { scratch in run + ["--data", try scratch.writeImages()] + flags }
  }

  @Test func aBatchThatIsNoMultipleListsWhatFits() throws {
    try Refusal(
      "batch", saying: "batch 100 is not a ", "multiple of microbatch 16", "--batch-size 96 or 112 would fit",
      prepare: Self.batch("--batch-size", "100", "--microbatch", "16")
    ).check(ranks: nil, status: 1)
  }

  @Test(arguments: [2, 4])
  func aBatchThatTheRanksDoNotDivideListsWhatFits(ranks: Int) throws {
    try Refusal(
      "ranks", saying: "3 microbatches cannot be split evenly over \(ranks) ranks", "1 or 3 ranks would fit",
      "--batch-size", prepare: Self.batch("--batch-size", "48", "--microbatch", "16")
    ).check(ranks: ranks, status: 1)
  }

  @Test func tooFewImagesAreRefused() throws {
    try Refusal(
      "few images", saying: "the 320 training images do not make one batch of 512", "smaller --batch-size",
      prepare: Self.batch()
    ).check(ranks: 2, status: 1)
  }
}
