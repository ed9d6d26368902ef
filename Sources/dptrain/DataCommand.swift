import ArgumentParser
import Foundation
import Images
import Reports
import Text

/// `dptrain data`: making data sets.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Make a data set of one's own pictures.", subcommands: [DataImportCommand.self])
}

/// `dptrain data import`: pictures become a data set.
struct DataImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turn a folder of class folders of pictures into a data set.",
    discussion: """
      Every folder in FOLDER is a class, and all PNG and JPEG files below it are its pictures. Where FOLDER holds train and test \
      (or val) with such class folders, that is the split; else --test-share of each class becomes the test images, always the same \
      ones for the same names and seed.

        dptrain data import flowers --output data/flowers
        dptrain --data data/flowers --batch-size 128

      Pictures are scaled to 32×32 pixels by area, width and height each by themselves. The directory gets record files in \
      CIFAR-10's format, batches.meta.txt with the classes, and dataset.json with mean and standard deviation, which training, \
      evaluate and predict normalise by. Up to 65,536 classes; beyond 256 their numbers take two bytes.
      """)

  @Argument(help: "The folder with a folder for each class.", completion: .directory)
  var folder: String

  @Option(
    help: ArgumentHelp("The directory to make; it must not exist, or be empty.", valueName: "directory"),
    completion: .directory)
  var output: String

  @Option(help: ArgumentHelp("The share of each class for the test, in (0, 1) (default: 0.2).", valueName: "share"))
  var testShare: Double?

  @Option(help: "Number that the choice of test images follows from.")
  var seed: UInt64 = 0

  @Flag(help: "Leave pictures out that cannot be decoded, and list them, instead of stopping.")
  var skipDamaged = false

  mutating func validate() throws {
    try TrainingOptions.require(testShare.map { $0 > 0 && $0 < 1 }, "--test-share must be in (0, 1): 0.2 takes 20 %")
    try TrainingOptions.require(!output.isEmpty && !folder.isEmpty, "the names of folders cannot be empty")
  }

  func run() throws {
    let job = try DatasetImport(
      folder: folder, output: output, testShare: testShare, seed: seed, skipsDamaged: skipDamaged)
    let count = job.split.training.count + job.split.test.count
    print("\(folder): \(count.grouped) pictures of \(job.folder.classNames.count.grouped) classes")
    if let first = job.folder.otherFiles.first {
      let number = job.folder.otherFiles.count
      print("note: \(number.grouped) other \(number == 1 ? "file is" : "files are") passed over, such as \(first)")
    }
    let isShown = isatty(1) == 1
    let summary = try job.run { done in
      guard isShown else { return }
      print("\r\(done.grouped) of \(count.grouped) pictures", terminator: done == count ? "\r\u{1B}[K" : "")
      fflush(nil)
    }
    for error in summary.damaged { print("left out: \(error)") }
    print(ClassCountTable(classNames: summary.classNames, training: summary.training, test: summary.test))
    print(summary.normalization)
    print("written to \(output); train on it with: dptrain --data \(output)")
  }
}
