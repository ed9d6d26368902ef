import ArgumentParser
import CIFAR
import Export
import Inference
import Kernels
import Reporting
import Training

/// `dptrain predict`: what a model sees in some test images.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Show the classes that a model sees in test images, with their probabilities.",
    discussion: """
      For example, the first hundred test images and image 2,345, five classes each:

        dptrain predict runs/…/pruned.safetensors --images 0-99,2345 --top 5
      """)

  @Argument(help: "The model: a safetensors file with torchvision's names, or a packed model.")
  var model: String

  @Option(
    help: ArgumentHelp(
      "Directory with CIFAR-10's binary files, or 'synthetic' for the built-in images.", valueName: "directory"))
  var data: String?

  @Option(help: ArgumentHelp("Test images by number from 0 on, such as 0-9,17.", valueName: "numbers"))
  var images: ImageNumbers = ImageNumbers(ranges: [0...9])

  @Option(help: "How many of each image's classes to show, the most likely first.")
  var top: Int = 3

  mutating func validate() throws {
    try TrainingOptions.require(top >= 1, "--top must be at least 1")
  }

  func run() throws {
    let data = try CIFARDataset(DataSource.resolve(option: self.data))
    let model = try InferenceModel(path: self.model, classes: data.classNames.count)
    let numbers = try images.numbers(below: data.test.count)
    let engine = InferenceEngine(model.network)
    print(data.description)
    print("\(self.model): \(model.architecture.rawValue)\n")
    let rows = zip(numbers, engine.logits(of: numbers, in: data.test)).map {
      PredictionTable.Row(image: $0, truth: data.test.label($0), logits: $1)
    }
    print(PredictionTable(rows: rows, classNames: data.classNames, top: top))
  }
}

extension InferenceEngine {
  /// The logits of each of some images.
  fileprivate func logits(of numbers: [Int], in images: ImageSet) -> [[Float]] {
    let loader = ImageLoader(images)
    let batch = min(256, numbers.count)
    let pixels = AlignedBuffer(count: batch * Record.imageSize)
    let logits = AlignedBuffer(count: batch * network.classes)
    return stride(from: 0, to: numbers.count, by: batch).flatMap { first in
      let part = numbers[first..<min(first + batch, numbers.count)]
      loader.fillOneByOne(part.map { Int32($0) }, into: pixels.pointer)
      self(images: pixels.pointer, count: part.count, logits: logits.pointer)
      return part.indices.map { Array(logits[($0 - first) * network.classes..<($0 - first + 1) * network.classes]) }
    }
  }
}

/// Numbers of images as one writes them: `0-9,17`.
struct ImageNumbers: ExpressibleByArgument {
  let ranges: [ClosedRange<Int>]

  init(ranges: [ClosedRange<Int>]) { self.ranges = ranges }

  init?(argument: String) {
    var ranges: [ClosedRange<Int>] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, 0 <= first, first <= last else {
        return nil
      }
      ranges.append(first...last)
    }
    self.ranges = ranges
  }

  var defaultValueDescription: String { ranges.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",") }

  /// All of them, in the order in which they are written.
  func numbers(below count: Int) throws -> [Int] {
    if let range = ranges.first(where: { $0.upperBound >= count }) {
      throw ValidationError("--images names image \(range.upperBound), but the test images are 0 to \(count - 1)")
    }
    return ranges.flatMap { Array($0) }
  }
}
