import Formats
import Foundation
import TestSupport
import Testing

/// `data import`, and the whole way from pictures to predictions.
struct OwnDataCommandTests {
  private static let golden = projectDirectory.appending(path: "Tests/ImagesTests/Pictures/Golden")

  /// Three classes of 25 pictures each: dark, bright, and striped ones.
  private static func writePictures(_ scratch: Scratch) throws {
    let kinds = ["grass": "grey.png", "ice": "rgb.jpg", "sea, deep": "palette.png"]
    for (kind, file) in kinds {
      let data = try Data(contentsOf: golden.appending(path: file))
      for number in 0..<25 { try scratch.write(data, "pictures/\(kind)/\(number).\(file.suffix(3))") }
    }
    try scratch.write(Data("about".utf8), "pictures/grass/about.txt")
  }

  private static let train = [
    "--arch", "resnet8", "--batch-size", "32", "--microbatch", "16", "--epochs", "6", "--finetune-epochs", "1",
    "--prune",
    "0.5", "--learning-rate", "0.1",
  ]

  @Test func fromPicturesToPredictions() throws {
    let scratch = try Scratch()
    try Self.writePictures(scratch)
    let made = try dptrain(["data", "import", "pictures", "--output", "set"], directory: scratch.url)
    #expect(made.succeeded && made.standardError.isEmpty, "\(made)")
    #expect(made.outputLines.first == "pictures: 75 pictures of 3 classes", "\(made)")
    #expect(made.standardOutput.contains("1 other file is passed over, such as pictures/grass/about.txt"), "\(made)")
    #expect(made.outputLines.contains { $0.contains(/^sea, deep +20 +5$/) }, "\(made)")
    #expect(made.outputLines.last == "written to set; train on it with: dptrain --data set", "\(made)")

    let trained = try dptrain(Self.train + ["--data", "set", "--output", "run"], ranks: 2, directory: scratch.url)
    #expect(trained.succeeded, "\(trained)")
    #expect(trained.outputLines.first == "pictures from set: 60 training and 15 test images", "\(trained)")
    let file = try SafetensorsFile(path: scratch.path("run/pruned.safetensors"))
    #expect(file.metadata["classes"] == #"["grass","ice","sea, deep"]"#)
    let description = try #require(
      try JSONSerialization.jsonObject(with: scratch.contents("set/dataset.json")) as? [String: NSObject])
    let mean = try #require(description["mean"] as? [Double])
    #expect(try #require(file.metadata["mean"]).split(separator: ",").map { Float($0) } == mean.map { Float($0) })

    let evaluated = try dptrain(["evaluate", "run/pruned.safetensors", "--data", "set"], directory: scratch.url)
    #expect(evaluated.accuracy() == trained.accuracy(below: "After fine-tuning"), "\(evaluated)")

    // A model meets images that are normalised by other numbers.
    for name in scratch.names("set") { try scratch.write(scratch.contents("set/\(name)"), "other/\(name)") }
    let text = String(decoding: try scratch.contents("set/dataset.json"), as: UTF8.self)
    try scratch.write(
      Data(text.replacing(/"mean" : \[\s+0\.\d+/, with: "\"mean\" : [ 0.25").utf8), "other/dataset.json")
    let pruned = try dptrain(
      [
        "prune", "run/dense.safetensors", "--data", "other", "--output", "again", "--batch-size", "32", "--microbatch",
        "16",
        "--finetune-epochs", "1",
      ], directory: scratch.url)
    #expect(
      pruned.succeeded && pruned.standardOutput.contains("was trained on images normalised by mean "), "\(pruned)")

    // Without the data set: names and normalization come from the model.
    let pictures = ["pictures/grass/0.png", "pictures/ice/0.jpg", "pictures/sea, deep/0.png"]
    let predicted = try dptrain(
      ["predict", "--model", "run/pruned.safetensors", "--json", "--top", "1"] + pictures, directory: scratch.url)
    #expect(predicted.succeeded, "\(predicted)")
    let ofTestSet = try dptrain(
      ["predict", "run/pruned.safetensors", "--data", "set", "--images", "0-14", "--json", "--top", "1"],
      directory: scratch.url)
    // The pictures of a class are alike, so what the test set's records give is what the pictures give.
    func guesses(_ result: ProcessResult) throws -> [Double] {
      try result.outputLines.map { try #require(Double($0.firstMatch(of: /"probability":([0-9.e-]+)/)?.1 ?? "")) }
    }
    let known = try guesses(ofTestSet)
    for guess in try guesses(predicted) {
      #expect(known.contains { abs($0 - guess) < 1e-4 }, "\(predicted) \(ofTestSet)")
    }
    #expect(predicted.outputLines.allSatisfy { $0.contains(/"class":"(grass|ice|sea, deep)"/) }, "\(predicted)")
  }

  /// Other numbers to normalise by are other data.
  @Test func aChangedNormalizationIsNoResumption() throws {
    let scratch = try Scratch()
    try Self.writePictures(scratch)
    let made = try dptrain(["data", "import", "pictures", "--output", "set"], directory: scratch.url)
    #expect(made.succeeded, "\(made)")
    let arguments = Self.train + ["--data", "set", "--output", "run", "--stop-after-steps", "1"]
    let stopped = try dptrain(arguments, directory: scratch.url)
    #expect(stopped.ending == .exited(75), "\(stopped)")
    let text = String(decoding: try scratch.contents("set/dataset.json"), as: UTF8.self)
    let changed = text.replacing(/"mean" : \[\s+0\.\d+/, with: "\"mean\" : [ 0.25")
    #expect(changed != text)
    try scratch.write(Data(changed.utf8), "set/dataset.json")
    let resumed = try dptrain(["resume", "run"], directory: scratch.url)
    expectRefusal(resumed, saying: ["dataHash is "], status: 1)
  }

  /// The twenty-first byte-wide class, in CIFAR-100's files.
  @Test(arguments: [nil, 2])
  func cifar100IsTrainedOn(ranks: Int?) throws {
    let scratch = try Scratch()
    func records(_ name: String, _ count: Int) -> Data {
      var bytes = Formula.integers(name, count: count * 3074, bound: 256).map { UInt8($0) }
      for image in 0..<count { bytes[image * 3074 + 1] = UInt8(image % 100) }
      return Data(bytes)
    }
    try scratch.write(records("train", 200), "hundred/train.bin")
    try scratch.write(records("test", 100), "hundred/test.bin")
    try scratch.write(Data((0..<100).map { "fine-\($0)\n" }.joined().utf8), "hundred/fine_label_names.txt")
    let result = try dptrain(
      [
        "train", "--arch", "resnet8", "--batch-size", "32", "--microbatch", "16", "--epochs", "1", "--data", "hundred",
        "--output", "run",
      ], ranks: ranks, directory: scratch.url)
    #expect(result.succeeded, "\(result)")
    #expect(result.outputLines.first == "CIFAR-100 from hundred: 200 training and 100 test images", "\(result)")
    #expect(result.outputLines.contains { $0.contains("fine-99 ") }, "\(result)")
    let file = try SafetensorsFile(path: scratch.path("run/dense.safetensors"))
    #expect(try file.shape("fc.weight") == [100, 64])
  }

  @Test func aModelOfOtherClassesIsRefused() throws {
    let model = try FinishedRun.on(ranks: 2).path("pruned.safetensors")
    try Refusal("", saying: "the model has 10 classes, the data 3; they must be the same") { scratch in
      try Self.writePictures(scratch)
      let made = try dptrain(["data", "import", "pictures", "--output", "set"], directory: scratch.url)
      #expect(made.succeeded, "\(made)")
      return ["evaluate", model, "--data", "set"]
    }.check(ranks: nil, status: 1)
  }

  private static func refusal(
    _ name: String, saying words: String..., prepare: @escaping @Sendable (Scratch) throws -> [String]
  ) -> Refusal {
    Refusal(name, words: words) { scratch in
      try writePictures(scratch)
      return try ["data", "import", "pictures"] + prepare(scratch)
    }
  }

  static let imports: [Refusal] = [
    refusal("a picture that is cut off", saying: "pictures/ice/x.png is a damaged PNG file", "--skip-damaged") {
      scratch in
      try scratch.write(Data(contentsOf: golden.appending(path: "rgb.png")).dropLast(9), "pictures/ice/x.png")
      return ["--output", "set"]
    },
    refusal("a text that is called a picture", saying: "pictures/ice/x.jpg is neither a PNG nor a JPEG file") {
      scratch in
      try scratch.write(Data("hello".utf8), "pictures/ice/x.jpg")
      return ["--output", "set"]
    },
    refusal("an output that holds something", saying: "set exists and is not an empty folder") { scratch in
      try scratch.write(Data("mine".utf8), "set/data_batch_1.bin")
      return ["--output", "set"]
    },
    refusal("a class without pictures", saying: "pictures/none holds no PNG or JPEG file") { scratch in
      try scratch.write(Data(), "pictures/none/notes.txt")
      return ["--output", "set"]
    },
    refusal("a place that is not there", saying: "cannot create no/such/set.partial") { _ in
      ["--output", "no/such/set"]
    },
  ]

  @Test(arguments: imports)
  func importsThatCannotBeAreRefused(refusal: Refusal) throws { try refusal.check(ranks: nil, status: 1) }

  @Test(arguments: ["0", "1", "nan", "-1"])
  func sharesOutsideTheirRangeAreRefused(share: String) throws {
    try Self.refusal("share", saying: "--test-share must be in (0, 1)") { _ in
      ["--output", "set", "--test-share=\(share)"]
    }
    .check(ranks: nil, status: 2)
  }
}
