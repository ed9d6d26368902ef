import ArgumentParser
import Images
import Reports
import Text

/// Images to predict the classes of.
struct PredictionInput {
  let images: ImageSet
  /// Those of the images to look at.
  let numbers: [Int]
  /// The file or data set of each image.
  private let source: (Int) -> String
  /// Whether the images are numbered there, and have labels.
  private let areRecords: Bool

  /// Test images.
  init(_ data: CIFARDataset, numbers: [Int]) {
    self.init(records: data.test, numbers: numbers, source: data.isSynthetic ? "synthetic" : "test")
  }

  private init(records: ImageSet, numbers: [Int], source: String) {
    images = records
    self.numbers = numbers
    self.source = { _ in source }
    areRecords = true
  }

  /// Pictures, already scaled.
  private init(pictures: [(path: String, pixels: [UInt8])]) {
    images = ImageSet(pixels: pictures.map(\.pixels))
    numbers = Array(pictures.indices)
    source = { pictures[$0].path }
    areRecords = false
  }

  /// What the files hold, in their order. Nothing is predicted before all of them are read.
  ///
  /// - Parameters:
  ///   - numbers: which records of record files; nil for all.
  ///   - classes: how many the model has.
  /// - Throws: `PictureError`, `CIFARError` or `ValidationError` for the first file that cannot be used.
  static func all(_ files: [String], numbers: ImageNumbers?, classes: Int) throws -> [PredictionInput] {
    var inputs: [PredictionInput] = []
    var pictures: [(path: String, pixels: [UInt8])] = []
    func finishPictures() {
      if !pictures.isEmpty { inputs.append(PredictionInput(pictures: pictures)) }
      pictures = []
    }
    for path in files {
      let name = path == "-" ? "standard input" : path
      let bytes = try PictureFile.contents(path)
      if Self.areRecords(bytes, path: path) {
        finishPictures()
        let records = try ImageSet(records: bytes, name: name, classCount: classes)
        let chosen = try numbers?.numbers(below: records.count, of: "the records of \(name)")
        inputs.append(
          PredictionInput(records: records, numbers: chosen ?? Array(0..<records.count), source: path))
      } else {
        pictures.append((path, try Picture(bytes, name: name).square(edge: Record.edge)))
      }
    }
    finishPictures()
    if numbers != nil, inputs.allSatisfy({ !$0.areRecords }) {
      throw ValidationError("--images picks test images or records, but only pictures are given")
    }
    return inputs
  }

  /// Whether a file holds records: no picture, whole records or at least called so.
  private static func areRecords(_ bytes: [UInt8], path: String) -> Bool {
    guard PictureFormat(bytes.prefix(PictureFormat.prefix)) == nil, !bytes.isEmpty else { return false }
    return path.hasSuffix(".bin") || RecordLayout.allCases.contains { bytes.count % $0.size == 0 }
  }

  /// What is said of an image.
  func row(_ number: Int, logits: [Float]) -> PredictionTable.Row {
    PredictionTable.Row(
      source: source(number), record: areRecords ? number : nil, truth: areRecords ? images.label(number) : nil,
      logits: logits)
  }
}
