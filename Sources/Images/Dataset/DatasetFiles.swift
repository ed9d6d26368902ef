import Foundation

/// Which files of a directory make a data set, and how they are to be read.
struct DatasetFiles {
  /// `CIFAR-10`, `CIFAR-100`, or the set's own name.
  let name: String
  let layout: RecordLayout
  let training: [String]
  let test: [String]
  let classNames: [String]
  let normalization: Normalization
  /// How many images each file must hold, where a description says that.
  var counts: [String: Int] = [:]

  static let cifar10Directory = "cifar-10-batches-bin"
  static let cifar100Directory = "cifar-100-binary"

  /// Recognises what a directory holds: `dataset.json` and what it names, CIFAR-100's files, or else CIFAR-10's.
  init(_ directory: String) throws(CIFARError) {
    func holds(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(directory)/\(name)") }
    if holds(DatasetDescription.fileName) {
      try self.init(described: directory)
    } else if holds("train.bin") || holds("fine_label_names.txt") {
      try self.init(cifar100: directory)
    } else {
      try self.init(cifar10: directory)
    }
  }

  private init(described directory: String) throws(CIFARError) {
    let path = "\(directory)/\(DatasetDescription.fileName)"
    let json = try CIFARError.reading(path).withBytes { Array($0.prefix(1 << 20)) }
    let description = try DatasetDescription(json: json, path: path)
    layout = description.layout
    name = description.name
    training = description.training.map(\.file)
    test = description.test.map(\.file)
    normalization = description.normalization
    for entry in description.training + description.test { counts[entry.file] = entry.images }
    try Self.require(["batches.meta.txt"] + training + test, directory, of: "the files that dataset.json names")
    classNames = try Self.names("\(directory)/batches.meta.txt", most: layout == .oneByte ? 256 : 1 << 16)
  }

  private init(cifar100 directory: String) throws(CIFARError) {
    name = "CIFAR-100"
    layout = .coarseAndFine
    (training, test) = (["train.bin"], ["test.bin"])
    normalization = .imageNet
    try Self.require(
      training + test + ["fine_label_names.txt"], directory,
      of: "the files of CIFAR-100's binary version: train.bin, test.bin and fine_label_names.txt")
    classNames = try Self.names("\(directory)/fine_label_names.txt", most: 256)
  }

  private init(cifar10 directory: String) throws(CIFARError) {
    (training, test) = ((1...5).map { "data_batch_\($0).bin" }, ["test_batch.bin"])
    layout = .oneByte
    normalization = .imageNet
    let names = "\(directory)/batches.meta.txt"
    classNames =
      FileManager.default.fileExists(atPath: names) ? try Self.names(names, most: 256) : Self.cifar10Names
    name = classNames == Self.cifar10Names ? "CIFAR-10" : "\(classNames.count) classes in CIFAR-10's format"
    try Self.require(
      training + test, directory,
      of: "the files of CIFAR-10's binary version: data_batch_1.bin to data_batch_5.bin and test_batch.bin")
  }

  private static func require(_ names: [String], _ directory: String, of expected: String) throws(CIFARError) {
    for name in names where !FileManager.default.fileExists(atPath: "\(directory)/\(name)") {
      let contents = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
      throw .missingFile(name, directory: directory, contents: contents, expected: expected)
    }
  }

  /// The class names of a file, one a line.
  private static func names(_ path: String, most: Int) throws(CIFARError) -> [String] {
    let file = try CIFARError.reading(path)
    // Names of 256 bytes each.
    let longest = most << 8
    guard file.size <= longest else { throw .namesTooLong(path, size: file.size, limit: longest) }
    let names = file.withBytes { String(decoding: $0, as: UTF8.self) }.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard (2...most).contains(names.count) else { throw .classNames(path, found: names.count, most: most) }
    return names
  }

  private static let cifar10Names = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]
}
