import Foundation
import Kernels
import TestSupport
import Testing

/// Ranks that do not have the same are refused before anything is written, and named.
struct PreflightTests {
  private static let openBLASVersion = OpenBLAS.version
  private let scratch: Scratch
  private let arguments: [String]

  init() throws {
    scratch = try Scratch()
    arguments =
      ["--arch", "resnet8", "--data", try scratch.writeImages(), "--output", scratch.path("run")] + Scratch.oneEpoch
  }

  /// Runs two ranks that are started differently.
  private func run(_ first: [String], and second: [String], program: String? = nil) throws -> ProcessResult {
    let other = ["-n", "1", try program ?? builtExecutable("dptrain")] + second
    return try mpirun(ranks: 1, program: "dptrain", arguments: first + [":"] + other)
  }

  private func expectRefusal(_ result: ProcessResult, naming lines: [String]) {
    EndToEndTests.expectRefusal(result, saying: ["dptrain: rank 0 on host ", "these do not"], status: 1)
    for line in lines { #expect(result.standardError.contains(line), "no '\(line)' in: \(result)") }
    // A line for each thing that differs, and no other.
    let named = result.standardError.split(separator: "\n").filter { $0.hasPrefix("  the ") }
    #expect(named.count == lines.count, "\(result)")
    #expect(!scratch.exists("run"))
    #expect(!result.standardError.contains("MPI_ABORT"), "\(result)")
  }

  @Test func anotherProgramIsNamed() throws {
    // The same program with a byte more at its end, as another build would be.
    var copy = try Data(contentsOf: URL(filePath: builtExecutable("dptrain")))
    copy.append(0)
    let other = scratch.path("dptrain")
    try copy.write(to: URL(filePath: other))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: other)
    let result = try run(arguments, and: arguments, program: other)
    expectRefusal(result, naming: ["  the program: rank 1 on "])
    #expect(result.standardError.contains(" has \(copy.count) bytes with hash "))
  }

  @Test func anotherCommandIsNamed() throws {
    let result = try run(["run"] + arguments, and: ["prune", "model.safetensors"])
    expectRefusal(result, naming: ["  the command: rank 1 on "])
    #expect(result.standardError.contains(" has prune; rank 0 on "))
  }

  @Test func otherKernelsAreNamed() throws {
    // The words "-x NAME=VALUE" are mpirun's: the second rank's OpenBLAS is told to use its oldest kernels.
    let second = ["-n", "1", "-x", "OPENBLAS_CORETYPE=Nehalem", try builtExecutable("dptrain")] + arguments
    let result = try mpirun(ranks: 1, program: "dptrain", arguments: arguments + [":"] + second)
    expectRefusal(result, naming: ["  the OpenBLAS kernels: rank 1 on "])
    #expect(
      result.standardError.contains(" has version \(Self.openBLASVersion) with Nehalem kernels; rank 0"), "\(result)")
    #expect(result.standardError.contains("mpirun hands on with -x OPENBLAS_CORETYPE"))
  }

  @Test func otherSettingsAreNamed() throws {
    let result = try run(arguments, and: arguments + ["--momentum", "0.5", "--finetune-epochs", "7", "--seed", "3"])
    expectRefusal(
      result,
      naming: [
        "  the setting finetune.epochs: rank 1 on ", "  the setting momentum: rank 1 on ",
        "  the setting seed: rank 1 on ",
        "  the weights to begin with: rank 1 on ",
      ])
    #expect(result.standardError.contains(" has 0.5; rank 0 on "))
  }

  @Test func otherImagesAreNamed() throws {
    try scratch.writeImages("others")
    var file = try scratch.contents("others/data_batch_3.bin")
    file[100_000] ^= 1
    try scratch.write(file, "others/data_batch_3.bin")
    let result = try run(arguments, and: arguments + ["--data", scratch.path("others")])
    expectRefusal(result, naming: ["  the data file data_batch_3.bin: rank 1 on "])
  }

  /// Each host may have the images at its own place.
  @Test func theSameImagesElsewhereWillDo() throws {
    try scratch.writeImages("others")
    let result = try run(arguments, and: arguments + ["--data", scratch.path("others")])
    #expect(result.succeeded, "\(result)")
    let line = result.outputLines.first { $0.hasPrefix("checked in ") } ?? ""
    #expect(line.contains(" ms: all ranks have the same program, kernels, settings and images; the run needs up to "))
  }

  /// To see such differences is what the doctor is for.
  @Test func theDoctorLooksAtHostsThatDiffer() throws {
    let doctor = ["-n", "1", "-x", "OPENBLAS_CORETYPE=Nehalem", try builtExecutable("dptrain"), "doctor"]
    let result = try mpirun(ranks: 1, program: "dptrain", arguments: ["doctor", ":"] + doctor)
    #expect(result.succeeded, "\(result)")
  }

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"), arguments: [nil, 2])
  func aDiskThatIsTooSmallIsRefused(ranks: Int?) throws {
    let disk = try SmallDisk(kilobytes: 1_024)
    let result = try dptrain(arguments + ["--output", disk.path("a/run")], ranks: ranks)
    EndToEndTests.expectRefusal(
      result, saying: ["the run needs up to ", "disk of \(disk.path("a/run")) (3 models of ", " are free"], status: 1)
    #expect(try disk.names("").isEmpty)
  }
}
