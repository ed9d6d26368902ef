import Foundation

/// Training and test images with their classes: CIFAR-10 (Krizhevsky, "Learning Multiple Layers of Features from Tiny
/// Images", 2009), or the built-in synthetic set in the same format.
public struct CIFARDataset: Sendable {
  public let training: ImageSet
  public let test: ImageSet
  /// One name a class; the labels of all images are below their number.
  public let classNames: [String]
  /// Whether these are the built-in images, whose accuracies say nothing of CIFAR-10.
  public let isSynthetic: Bool
  /// What the images are and where they come from, in one line without a full stop.
  public let description: String

  /// The paths of the record files; empty for the synthetic set.
  public let files: [String]

  static let directoryName = "cifar-10-batches-bin"

  /// Opens or generates the images of `source`.
  public init(_ source: DataSource) throws(CIFARError) {
    switch source {
    case .directory(let path): try self.init(directory: path)
    case .synthetic: self = .synthetic()
    }
  }

  /// Maps the files of CIFAR-10's binary version in `directory` or in its `cifar-10-batches-bin`. The class names come from
  /// `batches.meta.txt` where it is there. Throws where a file is missing, truncated or holds a label without a class.
  ///
  /// The files must stay as they are while the images are in use: the system ends a process that reads a mapped page of a
  /// file that has been cut off.
  public init(directory: String) throws(CIFARError) {
    let directory = try Self.recordDirectory(directory)
    let classNames = try Self.classNames(directory)
    let (trainingFiles, testFiles) = ((1...5).map { "data_batch_\($0).bin" }, ["test_batch.bin"])
    func open(_ names: [String]) throws(CIFARError) -> ImageSet {
      var blocks: [RecordBlock] = []
      for name in names {
        let path = "\(directory)/\(name)"
        guard FileManager.default.fileExists(atPath: path) else {
          throw .missingFile(name, directory: directory, contents: Self.contents(directory))
        }
        blocks.append(try RecordBlock(path: path, classCount: classNames.count))
      }
      return ImageSet(blocks)
    }
    training = try open(trainingFiles)
    test = try open(testFiles)
    files = (trainingFiles + testFiles).map { "\(directory)/\($0)" }
    self.classNames = classNames
    isSynthetic = false
    description = "CIFAR-10 from \(directory): \(Self.counts(training, test))"
  }

  init(synthetic training: ImageSet, test: ImageSet, classNames: [String]) {
    self.training = training
    self.test = test
    self.classNames = classNames
    files = []
    isSynthetic = true
    description = "built-in synthetic data (not CIFAR-10): \(Self.counts(training, test))"
  }

  /// `directory`, or the directory that the archive of CIFAR-10 unpacks to where that lies in it.
  private static func recordDirectory(_ directory: String) throws(CIFARError) -> String {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw .noDirectory(directory)
    }
    let inner = "\(directory)/\(directoryName)"
    let hasRecords = FileManager.default.fileExists(atPath: "\(directory)/data_batch_1.bin")
    return !hasRecords && FileManager.default.fileExists(atPath: inner) ? inner : directory
  }

  private static func classNames(_ directory: String) throws(CIFARError) -> [String] {
    let path = "\(directory)/batches.meta.txt"
    guard FileManager.default.fileExists(atPath: path) else { return cifar10 }
    let file = try RegularFile(path: path)
    guard file.size <= longestNames else { throw .namesTooLong(path, size: file.size) }
    let names = String(decoding: file.bytes(limit: longestNames), as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard (2...256).contains(names.count) else { throw .classNames(path, found: names.count) }
    return names
  }

  /// Bytes of a `batches.meta.txt` that has names only: 256 of 256 bytes.
  private static let longestNames = 1 << 16

  private static let cifar10 = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  private static func contents(_ directory: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
  }

  private static func counts(_ training: ImageSet, _ test: ImageSet) -> String {
    "\(grouped(training.count)) training and \(grouped(test.count)) test images"
  }

  /// `number` with a comma after every three digits from the right.
  private static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.indices.map { (index: Int) in
      let isGroupStart = index > 0 && (digits.count - index) % 3 == 0
      return isGroupStart ? ",\(digits[index])" : "\(digits[index])"
    }.joined()
  }
}
