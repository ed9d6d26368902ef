import Foundation
import Text

/// Training and test images with their classes: CIFAR-10 or CIFAR-100 (Krizhevsky, "Learning Multiple Layers of Features from Tiny
/// Images", 2009), a data set of one's own, or the built-in synthetic set in the same format.
public struct CIFARDataset: Sendable {
  public let training: ImageSet
  public let test: ImageSet
  /// One name a class; the labels of all images are below their number.
  public let classNames: [String]
  /// What the pixels are normalised by.
  public var normalization: Normalization { training.normalization }
  /// Whether these are the built-in images, whose accuracies say nothing of CIFAR-10.
  public let isSynthetic: Bool
  /// What the images are and where they come from, in one line without a full stop.
  public let description: String
  /// The same without their numbers.
  private let name: String

  /// The paths of the record files; empty for the synthetic set.
  public let files: [String]

  /// Opens or generates the images of `source`.
  public init(_ source: DataSource) throws(CIFARError) {
    switch source {
    case .directory(let path): try self.init(directory: path)
    case .synthetic: self = .synthetic()
    }
  }

  /// The same, less what is held out of the training images and stands in the place of the test images; see ``holdingOut(_:)``.
  ///
  /// - Parameter count: nil for none.
  public init(_ source: DataSource, holdingOut count: Int?) throws(CIFARError) {
    try self.init(source)
    if let count { self = try holdingOut(count) }
  }

  /// Maps the record files in `directory`, or in the directory that an archive of CIFAR-10 or CIFAR-100 unpacks to where that lies
  /// in it: the files of CIFAR-10's binary version, with class names from `batches.meta.txt` where it is there; those of CIFAR-100's;
  /// or those that `dataset.json` names. Throws where a file is missing, truncated or holds a label without a class.
  ///
  /// The files must stay as they are while the images are in use: the system ends a process that reads a mapped page of a
  /// file that has been cut off.
  public init(directory: String) throws(CIFARError) {
    let directory = try Self.recordDirectory(directory)
    let found = try DatasetFiles(directory)
    func open(_ names: [String]) throws(CIFARError) -> ImageSet {
      var blocks: [RecordBlock] = []
      for name in names {
        let path = "\(directory)/\(name)"
        let block = try RecordBlock(path: path, layout: found.layout, classCount: found.classNames.count)
        if let count = found.counts[name], count != block.count {
          throw .imageCount(path, found: block.count, expected: count)
        }
        blocks.append(block)
      }
      return ImageSet(blocks, normalization: found.normalization)
    }
    training = try open(found.training)
    test = try open(found.test)
    files = (found.training + found.test).map { "\(directory)/\($0)" }
    classNames = found.classNames
    isSynthetic = false
    name = "\(found.name) from \(directory)"
    description = "\(name): \(Self.counts(training, test))"
  }

  init(synthetic training: ImageSet, test: ImageSet, classNames: [String]) {
    self.training = training
    self.test = test
    self.classNames = classNames
    files = []
    isSynthetic = true
    name = "built-in synthetic data (not CIFAR-10)"
    description = "\(name): \(Self.counts(training, test))"
  }

  private init(training: ImageSet, test: ImageSet, like other: CIFARDataset, description: String) {
    self.training = training
    self.test = test
    self.description = description
    classNames = other.classNames
    isSynthetic = other.isSynthetic
    name = other.name
    files = other.files
  }

  /// The data set for choosing between settings: its last `count` training images are held out and stand in the place of the test
  /// images, which nothing then looks at.
  public func holdingOut(_ count: Int) throws(CIFARError) -> CIFARDataset {
    guard count >= 1, count < training.count else { throw .holdout(found: count, images: training.count) }
    let kept = training.count - count
    return CIFARDataset(
      training: ImageSet(0..<kept, of: training), test: ImageSet(kept..<training.count, of: training), like: self,
      description:
        "\(name): \(kept.grouped) training images; the last \(count.grouped) of them are held out "
        + "and stand in for the test images")
  }

  /// `directory`, or the directory that an archive unpacks to where that lies in it.
  private static func recordDirectory(_ directory: String) throws(CIFARError) -> String {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw .noDirectory(directory)
    }
    func holds(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(directory)/\(name)") }
    if ["data_batch_1.bin", "train.bin", DatasetDescription.fileName].contains(where: holds) { return directory }
    let inner = [DatasetFiles.cifar10Directory, DatasetFiles.cifar100Directory].first(where: holds)
    return inner.map { "\(directory)/\($0)" } ?? directory
  }

  private static func counts(_ training: ImageSet, _ test: ImageSet) -> String {
    "\(training.count.grouped) training and \(test.count.grouped) test images"
  }
}
