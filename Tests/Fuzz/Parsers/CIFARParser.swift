import Images
import Foundation

/// A directory of CIFAR-10's binary version: records and names of classes.
///
/// The input is the number of a file (its lowest bits), then `batches.meta.txt` up to a zero byte, then that file. The
/// other files hold one image each.
final class CIFARParser: FuzzedParser {
  static let name = "cifar"
  private static let recordSize = 1 + Record.imageSize

  private let directory: URL
  private let meta = MemoryFile()
  private let files = (0..<6).map { _ in MemoryFile() }
  private let image: [UInt8]

  init() throws {
    image = [3] + (1..<Self.recordSize).map { UInt8(truncatingIfNeeded: $0 * $0) }
    directory = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(getpid())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    func link(_ name: String, _ file: MemoryFile) throws {
      try FileManager.default.createSymbolicLink(
        atPath: directory.appending(path: name).path(), withDestinationPath: file.path)
    }
    for (number, file) in files.enumerated() {
      try link(number == 5 ? "test_batch.bin" : "data_batch_\(number + 1).bin", file)
      file.replace(by: image)
    }
    try link("batches.meta.txt", meta)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  var seeds: [[UInt8]] {
    let names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"
    var seeds: [[UInt8]] = []
    for meta in ["", names, "a\nb\nc\r\nd"] {
      for number in 0..<files.count {
        seeds.append([UInt8(number)] + Array(meta.utf8) + [0] + image)
        if meta.isEmpty { seeds[seeds.count - 1] += image }
      }
    }
    return seeds
  }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    let end = input.dropFirst().firstIndex(of: 0) ?? input.count
    let records = end + 1
    switch mutator.integer(below: 6) {
    case 0, 1:
      guard end > 1 else { return mutator.changeBytes(&input) }
      var names = Array(input[1..<end])
      mutator.changeText(&names, words: ["\n", "\r\n", "\u{85}", " ", "cat", String(repeating: "x\n", count: 300)])
      input.replaceSubrange(1..<end, with: names)
    case 2:
      guard records < input.count else { return mutator.changeBytes(&input) }
      let count = (input.count - records + Record.imageSize) / Self.recordSize
      input[records + Self.recordSize * mutator.integer(below: count)] = UInt8(mutator.integer(below: 256))
    case 3:
      let label = UInt8(mutator.integer(below: 12))
      input += [UInt8](repeating: label, count: Self.recordSize * mutator.integer(below: 3))
    default: mutator.changeBytes(&input)
    }
  }

  func read(_ input: [UInt8]) throws {
    let number = Int(input.first ?? 0) % 6
    let rest = input.dropFirst()
    let end = rest.firstIndex(of: 0) ?? rest.endIndex
    meta.replace(by: Array(rest[..<end]))
    files[number].replace(by: Array(rest[end...].dropFirst()))
    defer { files[number].replace(by: image) }

    let data = try CIFARDataset(directory: directory.path())
    for images in [data.training, data.test] {
      for index in 0..<images.count {
        guard images.label(index) < data.classNames.count, images.pixels(index).count == Record.imageSize else {
          fatalError("image \(index) has label \(images.label(index)) of \(data.classNames.count) classes")
        }
      }
    }
  }
}
