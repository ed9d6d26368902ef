import Formats
import Foundation
import TestSupport
import Testing

/// The mean and standard deviation that a model's file names go along into whatever is made of it: the same bytes of pixels give
/// the same logits everywhere.
struct NormalizationTests {
  private static let metadata = ["mean": "0.125,0.9,0.3", "std": "0.7,0.05,1.5"]

  /// A trained model whose file names another normalization, and four records of noise.
  private func files() throws -> Scratch {
    let scratch = try Scratch()
    let trained = try SafetensorsFile(path: FinishedRun.on(ranks: 2).path("pruned.safetensors"))
    let tensors = try trained.names.map { try trained.tensor($0) }
    try SafetensorsFile.write(
      tensors, metadata: trained.metadata.merging(Self.metadata) { $1 }, to: scratch.path("unusual.safetensors"))
    let pixels = Formula.integers("normalization", count: 4 * 3073, bound: 256).map { UInt8($0) }
    try scratch.write(Data(pixels.enumerated().map { $0 % 3073 == 0 ? UInt8(1) : $1 }), "records.bin")
    for arguments in [
      ["--format", "packed", "--output", "net.packed"], ["--format", "onnx", "--output", "net.onnx"],
      ["--format", "c", "--output", "net.c"], ["--format", "pytorch", "--output", "net.safetensors"],
    ] {
      let result = try dptrain(["export", "unusual.safetensors"] + arguments, directory: scratch.url)
      try #require(result.succeeded, "\(result)")
    }
    return scratch
  }

  private func predicted(_ model: String, _ scratch: Scratch) throws -> LogProbabilities {
    try LogProbabilities(of: model, records: "records.bin", scratch)
  }

  @Test func itGoesIntoPackedModelsAndStateDictionaries() throws {
    let scratch = try files()
    let expected = try predicted("unusual.safetensors", scratch)
    #expect(expected.values.count == 4)
    for model in ["net.packed", "net.safetensors"] {
      #expect(try predicted(model, scratch) == expected, "\(model)")
      let text = String(decoding: try scratch.contents(model), as: UTF8.self)
      for value in Self.metadata.values { #expect(text.contains(value), "\(model)") }
    }
    // It matters: under the usual one the same weights give something else.
    let usual = try predicted(FinishedRun.on(ranks: 2).path("pruned.safetensors"), scratch)
    #expect(usual.largestDifference(from: expected) > 0.1)
  }

  @Test(.enabled(if: InstallTests.has("gcc"), "gcc is missing")) func itGoesIntoC() throws {
    let scratch = try files()
    let main = """
      #include <stdio.h>
      #include "net.h"

      int main(void) {
        uint8_t record[3073];
        float logits[NET_CLASSES];
        while (fread(record, 1, sizeof record, stdin) == sizeof record) {
          net_predict(record + 1, logits);
          fwrite(logits, sizeof *logits, NET_CLASSES, stdout);
        }
        return 0;
      }

      """
    try scratch.write(Data(main.utf8), "main.c")
    let result = try run(
      "sh", ["-ec", "gcc -std=c99 -O2 net.c main.c -lm -o net && ./net <records.bin >logits"], directory: scratch.url,
      timeout: 240)
    try #require(result.succeeded, "\(result)")
    let found = LogProbabilities(logits: try scratch.contents("logits"), classes: 10)
    #expect(try found.largestDifference(from: predicted("unusual.safetensors", scratch)) < 1e-4)
  }

  @Test(.peer("onnxruntime")) func itGoesIntoONNX() throws {
    let scratch = try files()
    let result = try Peer.python("onnx_records.py", ["net.onnx", "records.bin", "logits"].map(scratch.path))
    try #require(result.succeeded, "\(result)")
    let found = LogProbabilities(logits: try scratch.contents("logits"), classes: 10)
    #expect(try found.largestDifference(from: predicted("unusual.safetensors", scratch)) < 1e-4)
  }
}
