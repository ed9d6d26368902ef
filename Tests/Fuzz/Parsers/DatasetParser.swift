import Images
import Foundation

/// A data set that was imported: `dataset.json`, names of classes, records.
///
/// The input is `dataset.json` up to a zero byte, then `batches.meta.txt` up to the next, then one file of records.
final class DatasetParser: FuzzedParser {
  static let name = "dataset"

  private let directory: URL
  private let description = MemoryFile()
  private let meta = MemoryFile()
  private let records = MemoryFile()
  private let test = MemoryFile()
  let seeds: [[UInt8]]

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "fuzz-dataset-\(getpid())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let image = [UInt8](repeating: 100, count: Record.imageSize)
    let normalization = Normalization(mean: SIMD3(0.5, 0.25, 0.125), standardDeviation: SIMD3(1, 0.5, 0.25))
    seeds = try [(RecordLayout.oneByte, 1), (.oneByte, 2), (.twoBytes, 1)].map { layout, count in
      let label: [UInt8] = layout.prefix == 1 ? [2] : [0, 2]
      let json = try DatasetDescription(
        name: "flowers", layout: layout, training: [.init(file: "data_batch_1.bin", images: count)],
        test: [.init(file: "test_batch.bin", images: 1)], normalization: normalization
      ).json()
      return Array(json.utf8) + [0] + Array("a\nb\nc\n".utf8) + [0]
        + Array(repeatElement(label + image, count: count).joined())
    }
    test.replace(by: [1] + image)
    for (name, file) in [
      (DatasetDescription.fileName, description), ("batches.meta.txt", meta), ("data_batch_1.bin", records),
      ("test_batch.bin", test),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: directory.appending(path: name).path(), withDestinationPath: file.path)
    }
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  private static let words = [
    "\"data_batch_1.bin\"", "\"test_batch.bin\"", "\"dataset.json\"", "\"../x\"", "\".\"", "\"\"", "\"label_bytes\"",
    "\"mean\"",
    "{\"file\": \"data_batch_1.bin\", \"images\": 1}", "[0.5, 0.5, 0.5]", "1e39", "-1", "2", "9223372036854775807",
    String(repeating: "[", count: 600), String(repeating: "{\"a\":", count: 600),
  ]

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    let json = input.firstIndex(of: 0) ?? input.count
    let names = input[min(json + 1, input.count)...].firstIndex(of: 0) ?? input.count
    switch mutator.integer(below: 8) {
    case 0 where names > json:
      var text = Array(input[(json + 1)..<names])
      mutator.changeText(&text, words: ["\n", "\r\n", "\u{85}", " ", "a", String(repeating: "x\n", count: 300)])
      input.replaceSubrange((json + 1)..<names, with: text)
    case 1 where names + 1 < input.count:
      input[names + 1 + mutator.integer(below: min(2, input.count - names - 1))] = UInt8(mutator.integer(below: 6))
    case 2: mutator.changeBytes(&input)
    case 3: input += [UInt8](repeating: 1, count: Record.imageSize + 1 + mutator.integer(below: 2))
    default:
      var text = Array(input[..<json])
      mutator.changeText(&text, words: Self.words)
      input.replaceSubrange(..<json, with: text)
    }
  }

  func read(_ input: [UInt8]) throws {
    let parts = input.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    for (index, file) in [description, meta, records].enumerated() {
      file.replace(by: index < parts.count ? Array(parts[index]) : [])
    }
    let data = try CIFARDataset(directory: directory.path())
    for images in [data.training, data.test] {
      for index in 0..<images.count {
        guard images.label(index) < data.classNames.count, images.pixels(index).count == Record.imageSize else {
          fatalError("image \(index) has label \(images.label(index)) of \(data.classNames.count) classes")
        }
      }
    }
    let normalization = data.normalization
    for channel in 0..<3 where !(normalization.standardDeviation[channel] > 0) || !normalization.mean[channel].isFinite
    {
      fatalError("\(normalization)")
    }
  }
}
