import Export
import Foundation
import Inference
import TestSupport

/// An exported C file, compiled to a program that reads images from a file and writes logits to another.
struct CompiledC {
  /// A compiler, and what runs its programs.
  struct Target: CustomStringConvertible {
    let compiler: String
    let flags: [String]
    let runner: [String]

    var description: String { ([compiler] + flags).joined(separator: " ") }

    var isThere: Bool { ([compiler] + runner.prefix(1)).allSatisfy { (try? run("which", [$0]).succeeded) ?? false } }

    /// What a test says where it is missing.
    var missing: String {
      "\(compiler)\(runner.isEmpty ? "" : " or \(runner[0])") is missing: `make peers` installs it"
    }

    static let gcc = Target(compiler: "gcc", flags: ["-O3", "-march=native"], runner: [])
    static let clang = Target(compiler: "clang", flags: ["-O3", "-march=native"], runner: [])
    static let plain = Target(compiler: "gcc", flags: ["-O1", "-DPLAIN_C"], runner: [])
    static let arm = Target(
      compiler: "aarch64-linux-gnu-gcc", flags: ["-O2", "-static"], runner: ["qemu-aarch64"])
    static let all = [gcc, clang, plain, arm]
  }

  static let warnings = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"]

  private let directory: TemporaryDirectory
  private let target: Target
  let model: CModel

  static let normalization = CModel.Normalization(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// Compiles a network, with every warning an error.
  init(_ network: FoldedNetwork, _ target: Target, name: String = "net") throws {
    directory = try TemporaryDirectory()
    self.target = target
    model = try CModel(network, name: name, title: "a test", normalization: Self.normalization)
    try model.write(to: directory.url.path())
    let main = directory.url.appending(path: "main.c")
    try Self.main(name, classes: network.classes).write(to: main, atomically: true, encoding: .utf8)
    let result = try run(
      target.compiler, Self.warnings + target.flags + ["\(name).c", "main.c", "-lm", "-o", "program"],
      directory: directory.url, timeout: 240)
    guard result.succeeded, result.standardError.isEmpty else { throw Failure(result: result) }
  }

  struct Failure: Error, CustomStringConvertible {
    let result: ProcessResult
    var description: String { result.description }
  }

  /// The logits of images of bytes, and what the function returns for each.
  func predict(_ images: [[UInt8]]) throws -> (logits: [Float], classes: [Int]) {
    try Data(images.joined()).write(to: directory.url.appending(path: "images"))
    let command = target.runner + ["./program"]
    let result = try run(command[0], Array(command.dropFirst()), directory: directory.url)
    guard result.succeeded else { throw Failure(result: result) }
    let data = try Data(contentsOf: directory.url.appending(path: "logits"))
    let logits = stride(from: 0, to: data.count, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[place + $1]) << UInt32(8 * $1) })
    }
    return (logits, result.outputLines.compactMap { Int($0) })
  }

  private static func main(_ name: String, classes: Int) -> String {
    """
    #include <stdio.h>
    #include "\(name).h"

    int main(void) {
      uint8_t image[3072];
      float logits[\(name.uppercased())_CLASSES];
      FILE *images = fopen("images", "rb"), *result = fopen("logits", "wb");
      if (!images || !result) return 1;
      while (fread(image, 1, sizeof image, images) == sizeof image) {
        printf("%d\\n", \(name)_predict(image, logits));
        fwrite(logits, sizeof *logits, \(classes), result);
      }
      fclose(images);
      return fclose(result) == 0 ? 0 : 1;
    }

    """
  }
}
