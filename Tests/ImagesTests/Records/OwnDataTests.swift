import Images
import Foundation
import Testing

/// CIFAR-100, and data sets that `dataset.json` describes.
@Suite struct OwnDataTests {
  private func error(_ directory: RecordDirectory) throws -> CIFARError? {
    #expect(throws: CIFARError.self) { try CIFARDataset(directory: directory.path) }
  }

  /// A record with two bytes before its pixels.
  private func wide(_ first: Int, _ second: Int, seed: Int) -> [UInt8] {
    [UInt8(first), UInt8(second)] + record(label: 0, seed: seed).dropFirst()
  }

  private func hundred() throws -> RecordDirectory {
    let directory = try RecordDirectory()
    try directory.write([(19, 99), (0, 3)].enumerated().flatMap { wide($1.0, $1.1, seed: $0) }, "train.bin")
    try directory.write(wide(7, 42, seed: 9), "test.bin")
    try directory.write(Array((0..<100).map { "fine-\($0)\n" }.joined().utf8), "fine_label_names.txt")
    return directory
  }

  @Test("CIFAR-100's fine classes count")
  func cifar100() throws {
    let directory = try hundred()
    let data = try CIFARDataset(directory: directory.path)
    #expect((0..<2).map { data.training.label($0) } == [99, 3] && data.test.label(0) == 42)
    #expect(data.training.pixels(1) == Array(record(label: 0, seed: 1).dropFirst()))
    #expect(data.classNames.count == 100 && data.classNames[99] == "fine-99")
    #expect(data.normalization == .imageNet)
    #expect(data.description == "CIFAR-100 from \(directory.path): 2 training and 1 test images")
    let parent = try RecordDirectory()
    try FileManager.default.copyItem(atPath: directory.path, toPath: "\(parent.path)/cifar-100-binary")
    #expect(try CIFARDataset(directory: parent.path).files[0] == "\(parent.path)/cifar-100-binary/train.bin")
  }

  @Test("CIFAR-100's files are missed, measured and read by their own layout")
  func badCIFAR100() throws {
    let directory = try hundred()
    try directory.write(Array(wide(1, 2, seed: 0).dropLast()), "test.bin")
    #expect(try error(directory) == .truncated("\(directory.path)/test.bin", size: 3073, recordSize: 3074))
    try directory.write(wide(1, 2, seed: 0) + wide(1, 100, seed: 0), "test.bin")
    #expect(
      try error(directory)?.description
        == "\(directory.path)/test.bin, record 1, byte 3075: label 100, expected 0 to 99; is this a file of CIFAR-100's "
        + "binary version?")
    try FileManager.default.removeItem(atPath: "\(directory.path)/fine_label_names.txt")
    #expect(
      try error(directory)?.description.contains("expected the files of CIFAR-100's binary version: train.bin") == true)
  }

  private static let normalization = Normalization(
    mean: SIMD3(0.5, 0.25, 0.125), standardDeviation: SIMD3(0.5, 0.25, 2))

  private static func description(_ layout: RecordLayout, training: Int = 2) -> DatasetDescription {
    DatasetDescription(
      name: "flowers", layout: layout, training: [.init(file: "a.bin", images: training)],
      test: [.init(file: "b.bin", images: 1)], normalization: normalization)
  }

  private func own(classes: Int, _ layout: RecordLayout) throws -> RecordDirectory {
    let directory = try RecordDirectory()
    let labels = [classes - 1, 0, 1]
    let records = labels.enumerated().map { layout.labelBytes($1) + record(label: 0, seed: $0).dropFirst() }
    try directory.write(records[0] + records[1], "a.bin")
    try directory.write(records[2], "b.bin")
    try directory.write(Array((0..<classes).map { "class \($0)\n" }.joined().utf8), "batches.meta.txt")
    try directory.write(Array(try Self.description(layout).json().utf8), "dataset.json")
    return directory
  }

  @Test(
    "A data set of one's own, up to 65,536 classes",
    arguments: [(2, .oneByte), (256, .oneByte), (257, .twoBytes), (65_536, .twoBytes)] as [(Int, RecordLayout)])
  func described(classes: Int, layout: RecordLayout) throws {
    let directory = try own(classes: classes, layout)
    let data = try CIFARDataset(directory: directory.path)
    #expect(data.training.label(0) == classes - 1 && data.training.label(1) == 0 && data.test.label(0) == 1)
    #expect(data.training.pixels(1) == Array(record(label: 0, seed: 1).dropFirst()))
    #expect(data.classNames.count == classes && data.classNames[classes - 1] == "class \(classes - 1)")
    #expect(data.description == "flowers from \(directory.path): 2 training and 1 test images")
  }

  @Test("Its mean and standard deviation are what images are normalised by")
  func normalization() throws {
    let directory = try own(classes: 3, .oneByte)
    let data = try CIFARDataset(directory: directory.path)
    #expect(data.normalization == Self.normalization && data.test.normalization == Self.normalization)
    var values = [Float](repeating: 0, count: 3072)
    ImageLoader(data.training).fillOneByOne([1], into: &values)
    let pixels = data.training.pixels(1)
    for (place, channel) in [(5, 0), (1030, 1), (3000, 2)] {
      let expected =
        (Float(pixels[place]) / 255 - Self.normalization.mean[channel]) / Self.normalization.standardDeviation[channel]
      #expect(values[place] == expected)
    }
    ImageLoader(data.training, normalization: .imageNet).fillOneByOne([1], into: &values)
    #expect(values[5] == (Float(pixels[5]) / 255 - 0.485) / 0.229)
  }

  @Test("Files that do not fit the description are refused")
  func otherCounts() throws {
    let directory = try own(classes: 3, .oneByte)
    try directory.write(Array(try Self.description(.oneByte, training: 3).json().utf8), "dataset.json")
    #expect(try error(directory) == .imageCount("\(directory.path)/a.bin", found: 2, expected: 3))
    try directory.write(Array(try Self.description(.twoBytes).json().utf8), "dataset.json")
    #expect(try error(directory) == .truncated("\(directory.path)/a.bin", size: 6146, recordSize: 3074))
    try FileManager.default.removeItem(atPath: "\(directory.path)/a.bin")
    #expect(try error(directory)?.description.contains("holds no a.bin, but b.bin") == true)
  }

  @Test("More classes than a byte tells apart need two")
  func tooManyForAByte() throws {
    let directory = try own(classes: 257, .twoBytes)
    try directory.write(Array(try Self.description(.oneByte).json().utf8), "dataset.json")
    #expect(
      try error(directory)?.description.contains("names 257 classes, expected 2 to 256, which one byte can tell")
        == true)
  }

  @Test(
    "Descriptions that say what cannot be",
    arguments: [
      ("", "", "it is no JSON"), ("{", "[", "it is no JSON"),
      ("\"dptrain data set\"", "\"a list\"", "its format is 'a list'"),
      ("\"version\" : 1", "\"version\" : 2", "version 1"),
      ("\"label_bytes\" : 1", "\"label_bytes\" : 3", "expected 1 or 2"),
      ("\"a.bin\"", "\"../a.bin\"", "'../a.bin' is no name"), ("\"a.bin\"", "\"\"", "'' is no name"),
      ("\"images\" : 2", "\"images\" : -2", "-2 images"), ("\"images\" : 2", "\"images\" : 1e99", "no JSON"),
      ("\"mean\"", "\"means\"", "'mean' is missing"), ("0.125", "true", "is of another type"),
      ("0.125\n", "0.125, 1\n", "mean is not three numbers"), ("    2\n", "    0\n", "numbers above 0"),
      ("\"training\"", "\"images\"", "'training' is missing"),
    ])
  func badDescriptions(part: String, other: String, reason: String) throws {
    let directory = try own(classes: 3, .oneByte)
    let text = try Self.description(.oneByte).json()
    #expect(part.isEmpty || text.contains(part))
    try directory.write(part.isEmpty ? [] : Array(text.replacing(part, with: other).utf8), "dataset.json")
    guard case .description(let path, let found) = try error(directory) else {
      Issue.record("another error")
      return
    }
    #expect(path == "\(directory.path)/dataset.json" && found.contains(reason), "\(found)")
  }

  @Test("Record files by themselves are read by the layout that fits")
  func recordsInMemory() throws {
    let ten = record(label: 3, seed: 1) + record(label: 4, seed: 2)
    let images = try ImageSet(records: ten, name: "x", classCount: 10)
    #expect(images.count == 2 && images.label(1) == 4)
    #expect(images.pixels(1) == Array(record(label: 0, seed: 2).dropFirst()))
    #expect(try ImageSet(records: wide(7, 9, seed: 1), name: "x", classCount: 10).label(0) == 9)
    #expect(try ImageSet(records: wide(1, 44, seed: 1), name: "x", classCount: 301).label(0) == 300)
    #expect(throws: CIFARError.truncated("x", size: 6145)) {
      try ImageSet(records: Array(ten.dropLast()), name: "x", classCount: 10)
    }
    #expect(throws: CIFARError.label("x", record: 1, found: 4, classCount: 4)) {
      try ImageSet(records: ten, name: "x", classCount: 4)
    }
    #expect(throws: CIFARError.empty("x")) { try ImageSet(records: [], name: "x", classCount: 4) }
    // 3074 records of 3073 bytes are as long as 3073 records of 3074: the labels decide.
    let both = (0..<3073).flatMap { _ in wide(0, 200, seed: 0) }
    #expect(try ImageSet(records: both, name: "x", classCount: 201).count == 3073)
  }
}
