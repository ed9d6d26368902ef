import ArgumentParser
import Images
import Export
import Inference
import Kernels
import Reports
import Text
import Runs
import Training

/// `dptrain predict`: what a model sees in pictures and test images.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Show the classes that a model sees in pictures or test images, with probabilities.",
    discussion: """
      Two photos; a picture from another program; the first hundred test images and image 2,345, five classes each:

        dptrain predict --model pruned.safetensors cat.jpg ship.png
        camera | dptrain predict --model pruned.safetensors --json -
        dptrain predict --model pruned.safetensors --images 0-99,2345 --top 5

      Pictures are scaled to 32×32 pixels by area; width and height each by themselves, so cut what is not square first. \
      Transparent pixels lie over white, and the orientation in EXIF counts. Pictures of more than 67 million pixels are \
      refused. Besides PNG and JPEG, files of CIFAR-10's and CIFAR-100's binary records can be named; --images picks from them.
      """)

  @Option(
    help:
      "The model: a safetensors file with torchvision's names, or a packed one. Without it the first argument is the model.",
    completion: .file())
  var model: String?

  @Argument(
    help: "PNG and JPEG files, files of CIFAR records, or - for standard input (without any: test images).",
    completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "Directory with CIFAR's binary files or an imported data set, or 'synthetic' for the built-in images.",
      valueName: "directory"), completion: .directory)
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Test images by number from 0 on, such as 0-9,17 (default: 0-9), or records of the files (default: all).",
      valueName: "numbers"))
  var images: ImageNumbers?

  @Option(help: "How many of each image's classes to show, the most likely first.")
  var top: Int = 3

  @Flag(help: "Print a JSON object a line and image: source, record, truth, classes.")
  var json = false

  mutating func validate() throws {
    try TrainingOptions.require(top >= 1, "--top must be at least 1")
    if model == nil, !files.isEmpty { model = files.removeFirst() }
    try TrainingOptions.require(model != nil, "--model is missing: which model is to look at the images?")
    try TrainingOptions.require(files.count { $0 == "-" } <= 1, "standard input can be read only once")
  }

  func run() throws {
    let path = self.model ?? ""
    let isTestSet = files.isEmpty
    let data = isTestSet || self.data != nil ? try CIFARDataset(DataSource.resolve(option: self.data)) : nil
    let model = try InferenceModel(path: path, classes: data?.classNames.count)
    let classes = model.network.classes
    let metadata = try ModelMetadata(model.metadata, path: path, classes: classes)
    let inputs: [PredictionInput]
    if let data, isTestSet {
      let numbers = try (images ?? .firstTen).numbers(below: data.test.count, of: "the test images")
      inputs = [PredictionInput(data, numbers: numbers)]
    } else {
      inputs = try PredictionInput.all(files, numbers: images, classes: classes)
    }
    let engine = InferenceEngine(model.network)
    let normalization = metadata.normalization ?? data?.normalization ?? .imageNet
    let rows = inputs.flatMap { input in
      zip(input.numbers, engine.logits(of: input.numbers, in: input.images, normalization)).map { number, logits in
        input.row(number, logits: logits)
      }
    }
    // What the data set calls its images' classes, it calls the predictions.
    let classNames =
      data?.classNames ?? metadata.classNames ?? (0..<classes).map { "class-\($0)" }
    let table = PredictionTable(rows: rows, classNames: classNames, top: top)
    guard !json else { return print(try table.jsonLines()) }
    if let data { print(data.description) }
    print("\(path): \(model.architecture.rawValue)\n")
    print(table)
  }
}

extension InferenceEngine {
  /// The logits of each of some images.
  fileprivate func logits(of numbers: [Int], in images: ImageSet, _ normalization: Normalization) -> [[Float]] {
    let loader = ImageLoader(images, normalization: normalization)
    let batch = min(256, numbers.count)
    guard batch > 0 else { return [] }
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
