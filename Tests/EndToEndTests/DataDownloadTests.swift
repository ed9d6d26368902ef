import Foundation
import TestSupport
import Testing

/// `make data`, from archives of this machine.
@Suite(.enabled(if: InstallTests.has("curl"), "curl is missing"))
struct DataDownloadTests {
  private func download(_ dataset: String, _ scratch: Scratch, md5: String? = nil, from url: String? = nil) throws
    -> ProcessResult
  {
    try run(
      projectDirectory.appending(path: ".ci/download-data").path(), ["data", dataset],
      environment: ["DATA_URL": url ?? "file://\(scratch.path("archive.tar.gz"))", "DATA_MD5": md5],
      directory: scratch.url)
  }

  /// Packs an archive like CIFAR-100's, of zeros, and returns its checksum.
  private func pack(_ scratch: Scratch, training: Int = 153_700_000) throws -> String {
    let script = """
      mkdir source source/cifar-100-binary
      cd source/cifar-100-binary
      truncate -s \(training) train.bin
      truncate -s 30740000 test.bin
      seq 100 >fine_label_names.txt
      cd ..
      tar -cf - cifar-100-binary | gzip -1 >../archive.tar.gz
      cd ..
      rm -r source
      md5sum <archive.tar.gz
      """
    let result = try run("bash", ["-euc", script], directory: scratch.url)
    return String(try #require(result.outputLines.first?.split(separator: " ").first, "\(result)"))
  }

  @Test func whatIsFetchedIsUnpackedOnceAndRead() throws {
    let scratch = try Scratch()
    let checksum = try pack(scratch)
    let result = try download("cifar-100", scratch, md5: checksum)
    #expect(result.succeeded && result.outputLines.last == "data: CIFAR-100 is in data/cifar-100-binary", "\(result)")
    #expect(scratch.names("data").filter { $0.hasSuffix(".partial") }.isEmpty)
    let again = try download("cifar-100", scratch, md5: checksum, from: "file:///no/such/archive")
    #expect(again.succeeded && again.standardOutput.contains("already in"), "\(again)")
    // All hundred classes are read.
    let model = try FinishedRun.on(ranks: 2).path("pruned.safetensors")
    let evaluated = try dptrain(["evaluate", model, "--data", "data/cifar-100-binary"], directory: scratch.url)
    expectRefusal(evaluated, saying: ["the model has 10 classes, the data 100"], status: 1)
  }

  @Test(arguments: ["cifar-10", "cifar-100"])
  func anotherChecksumLeavesNothingBehind(dataset: String) throws {
    let scratch = try Scratch()
    _ = try pack(scratch)
    let result = try download(dataset, scratch)
    #expect(!result.succeeded && result.standardError.contains("the archive's MD5 is "), "\(result)")
    #expect(scratch.names("data").isEmpty)
  }

  @Test func anArchiveThatLacksFilesIsNotUnpacked() throws {
    let scratch = try Scratch()
    let checksum = try pack(scratch, training: 1_000)
    let result = try download("cifar-100", scratch, md5: checksum)
    #expect(!result.succeeded && result.standardError.contains("lacks files of CIFAR-100"), "\(result)")
    #expect(!scratch.exists("data/cifar-100-binary") && !scratch.exists("data/cifar-100-binary.partial"))
  }

  @Test func aFolderThatIsThereIsNotTouched() throws {
    let scratch = try Scratch()
    try scratch.write(Data("mine".utf8), "data/cifar-100-binary/train.bin")
    let result = try download("cifar-100", scratch)
    #expect(!result.succeeded && result.standardError.contains("Move it away"), "\(result)")
    #expect(scratch.names("data") == ["cifar-100-binary", "cifar-100-binary/train.bin"])
  }

  @Test func otherDataSetsAreRefused() throws {
    let scratch = try Scratch()
    let result = try download("cifar-1000", scratch)
    #expect(result.ending == .exited(2) && result.standardError.contains("cifar-10 or cifar-100"), "\(result)")
    #expect(scratch.names().isEmpty)
  }
}
