import Images
import Foundation
import TestSupport
import Testing

/// Data sets made of folders of pictures.
@Suite struct DatasetImportTests {
  private static let pictures = ["rgb.png", "grey.jpg", "turned-6.jpg", "palette.png", "cmyk.jpg", "rgba.png"]

  /// Two classes with every picture, the second with each twice.
  private func tree() throws -> PictureTree {
    let tree = PictureTree()
    for name in Self.pictures {
      try tree.add(name, as: "hill/\(name)")
      try tree.add(name, as: "sea, and sky/\(name)")
      try tree.add(name, as: "sea, and sky/again/\(name)")
    }
    return tree
  }

  private func job(_ tree: PictureTree, output: String = "out", share: Double? = 0.34, skips: Bool = false) throws
    -> DatasetImport
  {
    try DatasetImport(folder: tree.path(), output: tree.path(output), testShare: share, seed: 0, skipsDamaged: skips)
  }

  @Test("The records are the pictures at 32×32, with their classes")
  func records() throws {
    let tree = try tree()
    let job = try job(tree)
    let summary = try job.run()
    #expect(summary.training == [4, 8] && summary.test == [2, 4] && summary.damaged.isEmpty)
    #expect(try tree.names("out") == ["batches.meta.txt", "data_batch_1.bin", "dataset.json", "test_batch.bin"])
    #expect(!FileManager.default.fileExists(atPath: try tree.path("out.partial")))
    let data = try CIFARDataset(directory: tree.path("out"))
    #expect(data.classNames == ["hill", "sea, and sky"] && data.normalization == summary.normalization)
    #expect(data.description.hasPrefix("in from ") && data.description.hasSuffix(": 12 training and 6 test images"))
    for (images, files) in [(data.training, job.split.training), (data.test, job.split.test)] {
      #expect(images.count == files.count)
      for (index, file) in files.enumerated() {
        #expect(images.label(index) == file.label)
        #expect(try images.pixels(index) == Picture(path: file.path).square(edge: 32))
      }
    }
  }

  @Test("The same folder gives the same bytes")
  func sameBytes() throws {
    let tree = try tree()
    _ = try job(tree, output: "one").run()
    _ = try job(tree, output: "two").run()
    for name in try tree.names("one") {
      #expect(
        FileManager.default.contentsEqual(atPath: try tree.path("one/\(name)"), andPath: try tree.path("two/\(name)")))
    }
  }

  private struct Statistics: Decodable {
    let mean: [Double]
    let standardDeviation: [Double]
    let counts: [String: Int]
  }

  @Test("Mean and standard deviation are numpy's over the training images", .peer("numpy"))
  func statistics() throws {
    let tree = try tree()
    let summary = try job(tree).run()
    let result = try Peer.python("dataset.py", [tree.path("out")])
    try #require(result.succeeded, "\(result)")
    let found = try JSONDecoder().decode(Statistics.self, from: Data(result.standardOutput.utf8))
    for channel in 0..<3 {
      #expect(abs(Double(summary.normalization.mean[channel]) - found.mean[channel]) < 1e-6)
      #expect(abs(Double(summary.normalization.standardDeviation[channel]) - found.standardDeviation[channel]) < 1e-6)
    }
    #expect(found.counts == ["hill": 4, "sea, and sky": 8])
  }

  @Test("A colour that is the same everywhere is not divided by zero")
  func oneColour() throws {
    let tree = PictureTree()
    for name in ["a/1.png", "a/2.png", "b/1.png"] { try tree.add("one.png", as: name) }
    let normalization = try job(tree).run().normalization
    let pixel = try Picture(path: PictureTree.golden.appending(path: "one.png").path()).pixels
    #expect(normalization.standardDeviation == SIMD3(repeating: Float(1.0 / 255)))
    #expect((0..<3).allSatisfy { normalization.mean[$0] == Float(Double(pixel[$0]) / 255) })
  }

  @Test("Beyond 256 classes their numbers take two bytes")
  func manyClasses() throws {
    let tree = PictureTree()
    for label in 0..<260 {
      for number in 0..<2 { try tree.add("one.png", as: "class-\(1000 + label)/\(number).png") }
    }
    let summary = try job(tree).run()
    #expect(summary.training == [Int](repeating: 1, count: 260) && summary.test == summary.training)
    let data = try CIFARDataset(directory: tree.path("out"))
    #expect(data.classNames.count == 260 && data.classNames[259] == "class-1259")
    #expect(Set((0..<260).map { data.training.label($0) }) == Set(0..<260))
  }

  @Test("A picture that is none stops the import, and nothing is left", arguments: ["cut", "text", "bomb"])
  func damaged(kind: String) throws {
    let tree = try tree()
    let golden = try Data(contentsOf: PictureTree.golden.appending(path: "rgb.png"))
    var bytes = kind == "text" ? Data("no picture".utf8) : golden
    if kind == "cut" { bytes.removeLast(100) }
    if kind == "bomb" { bytes.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0]) }
    try tree.add(bytes, as: "hill/bad.png")
    let error = #expect(throws: ImportError.self) { try job(tree).run() }
    let text = error?.description ?? ""
    #expect(text.contains("/hill/bad.png ") && text.hasSuffix("; --skip-damaged leaves such files out"))
    #expect(try tree.names("") == tree.names("in") && tree.names("out").isEmpty && tree.names("out.partial").isEmpty)

    let summary = try job(tree, skips: true).run()
    let bad = try tree.path("in/hill/bad.png")
    #expect(summary.damaged.map(\.name) == [bad])
    let images = (summary.training + summary.test).reduce(0, +)
    #expect(images == 18)
    #expect(try CIFARDataset(directory: tree.path("out")).classNames.count == 2)
  }

  @Test("Nothing is written over")
  func outputs() throws {
    let tree = try tree()
    try FileManager.default.createDirectory(atPath: tree.path("empty"), withIntermediateDirectories: true)
    _ = try job(tree, output: "empty").run()
    #expect(throws: ImportError.outputExists(try tree.path("empty"))) { try job(tree, output: "empty") }
    #expect(throws: ImportError.outputInside(try tree.path("in/out"), folder: try tree.path())) {
      try job(tree, output: "in/out")
    }
    #expect(throws: ImportError.outputInside(try tree.path("in"), folder: try tree.path())) {
      try job(tree, output: "in")
    }
    try FileManager.default.createDirectory(atPath: tree.path("left.partial"), withIntermediateDirectories: true)
    #expect(throws: ImportError.unfinished(try tree.path("left.partial"))) { try job(tree, output: "left").run() }
    #expect(throws: (any Error).self) { try job(tree, output: "no/such/place").run() }
  }

  @Test("A share for a folder that has its split is refused, and so is a test without pictures")
  func splits() throws {
    let tree = PictureTree()
    for name in ["train/a/1.png", "train/b/1.png", "test/a/1.png"] { try tree.add(as: name) }
    #expect(throws: ImportError.splitGiven(try tree.path())) { try job(tree, share: 0.5) }
    let summary = try job(tree, share: nil).run()
    #expect(summary.training == [1, 1] && summary.test == [1, 0])
    let single = PictureTree()
    for name in ["a/1.png", "b/1.png"] { try single.add(as: name) }
    #expect(throws: ImportError.noTestPictures) { try job(single) }
  }
}
