import Foundation
import TestSupport
import Testing

/// `predict` on pictures, record files and standard input.
struct PictureCommandTests {
  private static let golden = projectDirectory.appending(path: "Tests/ImagesTests/Pictures/Golden")
  private static func picture(_ name: String) -> String { golden.appending(path: name).path() }

  private func model() throws -> String { try FinishedRun.on(ranks: 2).path("pruned.safetensors") }

  struct Line: Decodable, Equatable {
    struct Guess: Decodable, Equatable {
      let `class`: String
      let index: Int
      let probability: Double
    }

    let source: String
    let record: Int?
    let truth: String?
    let classes: [Guess]
  }

  private func lines(_ result: ProcessResult) throws -> [Line] {
    try #require(result.succeeded && result.standardError.isEmpty, "\(result)")
    return try result.outputLines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  /// The planes that Pillow sees in `exact.png`.
  private func planes() throws -> [UInt8] {
    let data = try Data(contentsOf: Self.golden.appending(path: "pictures.json"))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: NSObject]])
    let text = try #require(all["exact.png"]?["planes"] as? String)
    return Array(try #require(Data(base64Encoded: text)))
  }

  @Test func picturesStandInATable() throws {
    let files = ["rgb.jpg", "rgba.png"].map(Self.picture)
    let result = try dptrain(["predict", "--model", try model()] + files)
    #expect(result.succeeded && result.standardError.isEmpty, "\(result)")
    let rows = result.outputLines.compactMap {
      $0.firstMatch(
        of: /^(\S+) +(synthetic-\S+) +(\d+\.\d) %  (synthetic-\S+) +(\d+\.\d) %  (synthetic-\S+) +\d+\.\d %$/)
    }
    #expect(rows.map { String($0.1) } == files, "\(result)")
    for row in rows { #expect(try #require(Double(row.3)) >= #require(Double(row.5))) }
    #expect(!result.standardOutput.contains("truth") && !result.standardOutput.contains("right"), "\(result)")
  }

  @Test(arguments: [nil, 2])
  func jsonHasALineAnImage(ranks: Int?) throws {
    let files = ["cmyk.jpg", "grey.png", "turned-6.jpg"].map(Self.picture)
    let found = try lines(
      try dptrain(["predict", "--model", try model(), "--json", "--top", "10"] + files, ranks: ranks))
    #expect(found.map(\.source) == files)
    for line in found {
      #expect(line.record == nil && line.truth == nil && line.classes.count == 10)
      #expect(Set(line.classes.map(\.index)) == Set(0..<10))
      #expect(abs(line.classes.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
      #expect(zip(line.classes, line.classes.dropFirst()).allSatisfy { $0.probability >= $1.probability })
    }
  }

  /// A picture, the record of its pixels in each layout, and standard input are the same image.
  @Test func allWaysInGiveTheSame() throws {
    let scratch = try Scratch()
    let pixels = try planes()
    try scratch.write(Data([7] + pixels + [2] + pixels), "ten.bin")
    try scratch.write(Data([19, 3] + pixels), "hundred.bin")
    let command = ["predict", "--model", try model(), "--json", "--top", "3"]
    let found = try lines(
      try dptrain(command + [Self.picture("exact.png"), "ten.bin", "hundred.bin"], directory: scratch.url))
    #expect(found.count == 4)
    #expect(found.allSatisfy { $0.classes == found[0].classes })
    #expect(found.map(\.source) == [Self.picture("exact.png"), "ten.bin", "ten.bin", "hundred.bin"])
    #expect(found.map(\.record) == [nil, 0, 1, 0])
    #expect(found.map(\.truth) == [nil, "synthetic-diamonds", "synthetic-lines", "synthetic-columns"])

    let program = try builtExecutable("dptrain")
    for file in [Self.picture("exact.png"), scratch.path("ten.bin")] {
      let result = try run(
        "sh", ["-c", "exec \"$0\" \"$@\" < \"$FILE\"", program] + command + ["-"], environment: ["FILE": file])
      let piped = try lines(result)
      #expect(piped.allSatisfy { $0.source == "-" && $0.classes == found[0].classes })
      #expect(piped.count == (file.hasSuffix(".bin") ? 2 : 1))
    }
    let second = try lines(try dptrain(command + ["ten.bin", "--images", "1"], directory: scratch.url))
    #expect(second == [found[2]])
  }

  /// A file from PyTorch names no classes.
  @Test func classesWithoutNamesAreNumbered() throws {
    let model = projectDirectory.appending(path: "Tests/Golden/resnet8-state.safetensors").path()
    let plain = try lines(try dptrain(["predict", model, Self.picture("rgb.png"), "--json"]))
    #expect(plain[0].classes.allSatisfy { $0.class == "class-\($0.index)" })
    let named = try lines(
      try dptrain(["predict", model, Self.picture("rgb.png"), "--json", "--data", "synthetic"]))
    #expect(named[0].classes.map(\.index) == plain[0].classes.map(\.index))
    #expect(named[0].classes.allSatisfy { $0.class.hasPrefix("synthetic-") })
  }

  private static func refusal(
    _ name: String, saying words: String..., prepare: @escaping @Sendable (Scratch) throws -> [String]
  ) -> Refusal {
    Refusal(name, words: words) { scratch in
      let good = picture("rgb.png")
      return try ["predict", "--model", FinishedRun.on(ranks: 2).path("pruned.safetensors"), good] + prepare(scratch)
    }
  }

  static let files: [Refusal] = [
    refusal("no such file", saying: "cannot read nowhere.png: No such file") { _ in ["nowhere.png"] },
    refusal("a directory", saying: "Is a directory") { [$0.url.path()] },
    refusal("a cut-off picture", saying: "cut.jpg is a damaged JPEG file: Premature end") { scratch in
      try scratch.write(Data(contentsOf: golden.appending(path: "rgb.jpg")).dropLast(300), "cut.jpg")
      return ["cut.jpg"]
    },
    refusal("a text", saying: "notes.txt is neither a PNG nor a JPEG file") { scratch in
      try scratch.write(Data("not a picture".utf8), "notes.txt")
      return ["notes.txt"]
    },
    refusal("an empty file", saying: "empty.png is empty") { scratch in
      try scratch.write(Data(), "empty.png")
      return ["empty.png"]
    },
    refusal("a record that is cut off", saying: "cut.bin is 3072 bytes long", "3073") { scratch in
      try scratch.write(Data(count: 3072), "cut.bin")
      return ["cut.bin"]
    },
    refusal("a label without a class", saying: "ten.bin, record 1, byte 3073: label 10, expected 0 to 9") { scratch in
      try scratch.write(
        Data([9] + [UInt8](repeating: 0, count: 3072) + [10] + [UInt8](repeating: 0, count: 3072)), "ten.bin")
      return ["ten.bin"]
    },
    refusal("a bomb", saying: "bomb.png has 32768×32768 pixels") { scratch in
      var data = try Data(contentsOf: golden.appending(path: "rgb.png"))
      data.replaceSubrange(16..<24, with: [0, 0, 0x80, 0, 0, 0, 0x80, 0])
      try scratch.write(data, "bomb.png")
      return ["bomb.png"]
    },
  ]

  @Test("One bad file among good ones: nothing is predicted", arguments: files)
  func badFilesAreRefused(refusal: Refusal) throws { try refusal.check(ranks: nil, status: 1) }

  static let options: [Refusal] = [
    refusal("numbers of pictures", saying: "--images picks test images or records") { _ in ["--images", "0"] },
    refusal("standard input twice", saying: "standard input can be read only once") { _ in ["-", "-"] },
    refusal("records that are not there", saying: "--images names image 2, but the records of ten.bin are 0 to 1") {
      scratch in
      try scratch.write(Data(count: 2 * 3073), "ten.bin")
      return ["ten.bin", "--images", "1-2"]
    },
    Refusal("no model", saying: "--model is missing") { _ in ["predict"] },
  ]

  @Test(arguments: options)
  func badOptionsAreRefused(refusal: Refusal) throws { try refusal.check(ranks: nil, status: 2) }
}
