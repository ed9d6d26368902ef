import Foundation
import Images
import Testing

/// Which pictures of a folder are found, and which become test images.
@Suite struct PictureFolderTests {
  private func folder(_ names: String...) throws -> PictureFolder {
    let tree = PictureTree()
    for name in names { try tree.add(as: name) }
    return try PictureFolder(path: tree.path())
  }

  @Test("Class folders by name, pictures in folders below them, other and hidden files passed over")
  func classes() throws {
    let found = try folder(
      "rose/2.PNG", "rose/sub/deep/1.jpeg", "Aster/b.jpg", "Aster/a.png", "Aster/notes.txt", "Aster/png", "rose/.x.png",
      ".git/config.png", "README.md")
    #expect(found.classNames == ["Aster", "rose"])
    #expect(found.training.map(\.name) == ["Aster/a.png", "Aster/b.jpg", "rose/2.PNG", "rose/sub/deep/1.jpeg"])
    #expect(found.training.map(\.label) == [0, 0, 1, 1] && found.test == nil)
    #expect(found.otherFiles.count == 2 && found.otherFiles[0].hasSuffix("/Aster/notes.txt"))
  }

  @Test("Folders for training and test keep their split", arguments: ["test", "val"])
  func ownSplit(name: String) throws {
    let found = try folder("train/a/1.png", "train/b/1.png", "train/b/2.png", "\(name)/b/1.png")
    #expect(found.classNames == ["a", "b"] && found.training.count == 3)
    #expect(found.test?.map(\.name) == ["b/1.png"] && found.test?.map(\.label) == [1])
  }

  @Test("Classes may be called train and test")
  func trainsAndTests() throws {
    let found = try folder("train/1.png", "test/1.png")
    #expect(found.classNames == ["test", "train"] && found.test == nil)
  }

  @Test(
    "What is no such folder is refused",
    arguments: [
      (["a/1.png"], "holds 1 class folders: a; expected 2 to 65536"), (["1.png", "2.png"], "holds 0 class folders;"),
      (["a/1.png", "b/notes.txt"], "/in/b holds no PNG or JPEG file"),
      (["train/a/1.png", "train/b/x.gif", "test/b/1.png"], "/in/train/b holds no PNG or JPEG file"),
      (["train/a/1.png", "train/b/1.png", "test/c/1.png"], "/in/test/c is a class that"),
      (["train/a/1.png", "train/b/1.png", "test/a/x.txt"], "no picture is left for the test"),
      (["a/1.png", "b /1.png"], "its name begins or ends with a space"),
      (["a/1.png", "b\nc/1.png"], "its name has several lines"),
    ])
  func refused(names: [String], text: String) throws {
    let tree = PictureTree()
    for name in names { try tree.add(as: name) }
    let error = #expect(throws: ImportError.self) { try PictureFolder(path: tree.path()) }
    #expect(error?.description.contains(text) == true, "\(String(describing: error))")
  }

  @Test("A folder that is not there, or is a file")
  func noFolder() throws {
    let tree = PictureTree()
    try tree.add(as: "a/1.png")
    for name in ["nowhere", "in/a/1.png"] {
      #expect(throws: ImportError.noFolder(try tree.path(name))) { try PictureFolder(path: tree.path(name)) }
    }
  }

  @Test("Links that go round are found")
  func links() throws {
    let tree = PictureTree()
    for name in ["a/1.png", "b/1.png"] { try tree.add(as: name) }
    try FileManager.default.createSymbolicLink(atPath: tree.path("in/b/again"), withDestinationPath: "..")
    let error = #expect(throws: ImportError.self) { try PictureFolder(path: tree.path()) }
    #expect(error?.description.contains("do links go round there?") == true)
  }

  private func many(_ counts: [Int], extra: [String] = []) throws -> PictureFolder {
    let tree = PictureTree()
    for (label, count) in counts.enumerated() {
      for number in 0..<count { try tree.add(Data(), as: "class-\(label)/\(number).png") }
    }
    for name in extra { try tree.add(Data(), as: name) }
    return try PictureFolder(path: tree.path())
  }

  @Test("Each class gives its share to the test, one at least, and keeps one")
  func shares() throws {
    let split = PictureSplit(try many([100, 10, 2, 1, 3]), testShare: 0.2, seed: 0)
    func counts(_ files: [PictureFolder.File]) -> [Int] { (0..<5).map { label in files.count { $0.label == label } } }
    #expect(counts(split.test) == [20, 2, 1, 0, 1] && counts(split.training) == [80, 8, 1, 1, 2])
    let most = PictureSplit(try many([10, 4]), testShare: 0.99, seed: 0)
    #expect(most.training.count == 2)
  }

  @Test("The same names and seed give the same split, wherever they lie; another seed another one")
  func deterministic() throws {
    let first = PictureSplit(try many([60, 40]), testShare: 0.25, seed: 3)
    let again = PictureSplit(try many([60, 40]), testShare: 0.25, seed: 3)
    #expect(
      first.test.map(\.name) == again.test.map(\.name) && first.training.map(\.name) == again.training.map(\.name))
    #expect(PictureSplit(try many([60, 40]), testShare: 0.25, seed: 4).test.map(\.name) != first.test.map(\.name))
    // The first records are a mixture of the classes.
    #expect(Set(first.training.prefix(20).map(\.label)) == [0, 1])
  }

  @Test("A picture that is added moves one other at most")
  func addition() throws {
    let before = Set(PictureSplit(try many([60, 40]), testShare: 0.25, seed: 0).test.map(\.name))
    let after = PictureSplit(try many([60, 40], extra: ["class-0/new.png"]), testShare: 0.25, seed: 0).test.map(\.name)
    #expect(before.subtracting(after).count <= 1)
  }
}
