import Images
import Foundation
import Testing

@Suite struct CIFARDatasetTests {
  @Test("Images are numbered through the files, whatever their lengths")
  func numbering() throws {
    let directory = try RecordDirectory(count: 3)
    try directory.write(record(label: 7, seed: 99), "data_batch_2.bin")
    let dataset = try CIFARDataset(directory: directory.path)
    #expect(dataset.training.count == 13)
    #expect(dataset.test.count == 3)
    #expect((0..<13).map { dataset.training.label($0) } == [0, 1, 2, 7, 2, 3, 4, 3, 4, 5, 4, 5, 6])
    #expect(dataset.training.pixels(2) == Array(record(label: 2, seed: 2).dropFirst()))
    #expect(dataset.training.pixels(3) == Array(record(label: 7, seed: 99).dropFirst()))
    #expect(dataset.training.pixels(12) == Array(record(label: 6, seed: 14).dropFirst()))
    #expect(dataset.test.pixels(0) == Array(record(label: 5, seed: 15).dropFirst()))
    #expect(dataset.classNames.count == 10 && dataset.classNames[9] == "truck")
    #expect(!dataset.isSynthetic)
    #expect(dataset.description == "CIFAR-10 from \(directory.path): 13 training and 3 test images")
  }

  @Test("Class names come from batches.meta.txt and bound the labels")
  func classNames() throws {
    let directory = try RecordDirectory(count: 2)
    try directory.write(Array("cat\r\ndog\r\n\r\n".utf8), "batches.meta.txt")
    let bad = try error(directory.path)
    #expect(
      bad == .label("\(directory.path)/data_batch_2.bin", record: 1, found: 2, classCount: 2))
    for name in RecordDirectory.names { try directory.write(record(label: 1, seed: 1), name) }
    #expect(try CIFARDataset(directory: directory.path).classNames == ["cat", "dog"])
    try directory.write(Array("cat\n".utf8), "batches.meta.txt")
    #expect(try error(directory.path) == .classNames("\(directory.path)/batches.meta.txt", found: 1))
  }

  @Test("Class names that never end are not read")
  func endlessNames() throws {
    let directory = try RecordDirectory(count: 1)
    let path = "\(directory.path)/batches.meta.txt"
    // 16 GB that take no place on the disk.
    #expect(FileManager.default.createFile(atPath: path, contents: nil) && truncate(path, 1 << 34) == 0)
    #expect(try error(directory.path) == .namesTooLong(path, size: 1 << 34))
  }

  @Test("A pipe in the place of a file is not waited for", arguments: ["batches.meta.txt", "test_batch.bin"])
  func pipe(name: String) throws {
    let directory = try RecordDirectory(count: 1)
    let path = "\(directory.path)/\(name)"
    unlink(path)
    #expect(mkfifo(path, 0o600) == 0)
    #expect(try error(directory.path) == .unreadable(path, code: EINVAL))
  }

  @Test("The directory above the records is as good")
  func parent() throws {
    let parent = try RecordDirectory()
    let inner = "\(parent.path)/cifar-10-batches-bin"
    let records = try RecordDirectory(count: 1)
    try FileManager.default.copyItem(atPath: records.path, toPath: inner)
    let dataset = try CIFARDataset(.directory(parent.path))
    #expect(dataset.description == "CIFAR-10 from \(inner): 5 training and 1 test images")
  }

  @Test("A missing directory, or a file in its place")
  func noDirectory() throws {
    #expect(try error("no/such/place") == .noDirectory("no/such/place"))
    let directory = try RecordDirectory(count: 1)
    let file = "\(directory.path)/data_batch_1.bin"
    #expect(try error(file) == .noDirectory(file))
  }

  @Test("A missing file is named, with what is there instead")
  func missingFile() throws {
    let directory = try RecordDirectory(count: 1)
    try FileManager.default.removeItem(atPath: "\(directory.path)/data_batch_4.bin")
    let missing = try error(directory.path)
    #expect(
      missing?.description
        == "\(directory.path) holds no data_batch_4.bin, but data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, "
        + "data_batch_5.bin, test_batch.bin; expected the files of CIFAR-10's binary version: data_batch_1.bin to "
        + "data_batch_5.bin and test_batch.bin")
  }

  @Test(
    "What was fetched instead is recognised",
    arguments: [
      ("data_batch_1", "; this is the Python version"), ("meta", "; this is the Python version"),
      ("cifar-100-binary.tar.gz", "; unpack cifar-100-binary.tar.gz first"),
      ("cifar-10-binary.tar.gz", "; unpack cifar-10-binary.tar.gz first"),
    ])
  func otherVersions(name: String, hint: String) throws {
    let directory = try RecordDirectory()
    #expect(try error(directory.path)?.description.contains("but nothing; expected") == true)
    try directory.write([1], name)
    #expect(try error(directory.path)?.description.hasSuffix(hint) == true)
  }

  @Test("A truncated, an empty and an unreadable file")
  func damaged() throws {
    let directory = try RecordDirectory(count: 3)
    let path = "\(directory.path)/data_batch_5.bin"
    try directory.write((0..<3).flatMap { record(label: 0, seed: $0) }.dropLast(), "data_batch_5.bin")
    #expect(try error(directory.path) == .truncated(path, size: 9218))
    #expect(
      try error(directory.path)?.description
        == "\(path) is 9218 bytes long, which is no multiple of the 3073 bytes of an image: its last image, from byte "
        + "6146 on, is cut off; fetch the file again")
    try directory.write([], "data_batch_5.bin")
    #expect(try error(directory.path) == .empty(path))
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(try error(directory.path) == .unreadable(path, code: EISDIR))
  }

  @Test("A label without a class is found, with its byte")
  func label() throws {
    let directory = try RecordDirectory(count: 1)
    try directory.write([3, 10, 255].flatMap { record(label: $0, seed: 0) }, "test_batch.bin")
    let path = "\(directory.path)/test_batch.bin"
    #expect(try error(directory.path) == .label(path, record: 1, found: 10, classCount: 10))
    #expect(
      try error(directory.path)?.description
        == "\(path), record 1, byte 3073: label 10, expected 0 to 9; is this a file of CIFAR-10's binary version?")
  }

  @Test("--data names a directory or the synthetic set")
  func source() {
    #expect(DataSource.resolve(option: "some/where") == .directory("some/where"))
    #expect(DataSource.resolve(option: "synthetic") == .synthetic)
    let isThere = FileManager.default.fileExists(atPath: "data/cifar-10-batches-bin")
    #expect(DataSource.resolve(option: nil) == (isThere ? .directory("data/cifar-10-batches-bin") : .synthetic))
  }

  private func error(_ directory: String) throws -> CIFARError? {
    #expect(throws: CIFARError.self) { try CIFARDataset(directory: directory) }
  }

  @Test("The last training images stand in for the test images, and nothing looks at these any more")
  func heldOut() throws {
    let whole = try CIFARDataset(.synthetic)
    let data = try CIFARDataset(.synthetic, holdingOut: 300)
    let kept = whole.training.count - 300
    #expect(data.training.count == kept && data.test.count == 300)
    for index in [0, 1, 150, 299] {
      #expect(data.test.pixels(index) == whole.training.pixels(kept + index))
      #expect(data.test.label(index) == whole.training.label(kept + index))
    }
    for index in [0, kept - 1] { #expect(data.training.pixels(index) == whole.training.pixels(index)) }
    #expect(data.classNames == whole.classNames && data.normalization == whole.normalization && data.isSynthetic)
    #expect(data.description.contains("the last 300 of them are held out"), "\(data.description)")
    // Over the border between two files.
    let directory = try RecordDirectory(count: 10)
    let records = try CIFARDataset(directory: directory.path)
    let held = try records.holdingOut(15).test
    #expect((0..<15).map(held.pixels) == (35..<50).map(records.training.pixels))
    #expect((0..<15).map(held.label) == (35..<50).map(records.training.label))
    for count in [0, 50, 51] {
      #expect(throws: CIFARError.holdout(found: count, images: 50)) { try records.holdingOut(count) }
    }
  }
}
