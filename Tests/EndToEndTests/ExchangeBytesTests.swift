import Foundation
import Formats
import Kernels
import Networks
import TestSupport
import Testing

/// The bytes of the exchange, counted by Open MPI: its monitoring component sees every message that leaves a rank.
@Suite(.enabled(if: canMonitor(), "this MPI has no component that counts messages"))
struct ExchangeBytesTests {
  private struct Counted {
    /// Sent by rank 0 from the first message to the last.
    let bytes: Int
    /// What `metrics.jsonl` says of a step, in the last line.
    let reported: Int
    let directory: URL
  }

  private static let smallBatches = ["--batch-size", "64", "--microbatch", "16"]

  private func run(_ arguments: [String], images: Int, ranks: Int, _ scratch: Scratch) throws -> Counted {
    let directory = scratch.url.appending(path: "run-\(images)")
    let counts = scratch.path("sent-\(images)")
    let result = try mpirun(
      ranks: ranks, program: "dptrain",
      arguments: arguments + ["--training-images", String(images), "--output", directory.path()] + Self.smallBatches,
      environment: [
        "OMPI_MCA_pml_monitoring_enable": "1", "OMPI_MCA_pml_monitoring_enable_output": "3",
        "OMPI_MCA_pml_monitoring_filename": counts,
      ])
    try #require(result.succeeded, "\(result)")
    let lines = try String(contentsOfFile: "\(counts).0.prof", encoding: .utf8)
      .matches(of: /(?m)^[EI]\t0\t\d+\t(\d+) bytes/)
    try #require(!lines.isEmpty)
    let run = FinishedRun(result: result, url: directory)
    let reported = try #require(try run.metrics().last?["exchange_bytes"] as? NSNumber)
    return Counted(bytes: lines.reduce(0) { $0 + (Int($1.1) ?? 0) }, reported: reported.intValue, directory: directory)
  }

  /// Rank 0's bytes in one step: two runs differ in nothing but three steps.
  private func step(_ arguments: [String], ranks: Int, _ scratch: Scratch) throws -> (counted: Int, run: Counted) {
    let short = try run(arguments, images: 128, ranks: ranks, scratch)
    let long = try run(arguments, images: 320, ranks: ranks, scratch)
    #expect(short.reported == long.reported && (long.bytes - short.bytes) % 3 == 0)
    // In each step ranks also tell each other, in eight bytes a message, what they ask for; that is no part of the exchange.
    let requests = 8 * (Int.bitWidth - (ranks - 1).leadingZeroBitCount)
    return ((long.bytes - short.bytes) / 3 - requests, long)
  }

  /// The floats that must be agreed on: surviving weights that meet a pixel, everything else learned, running statistics, and
  /// the two sums a step reports.
  private func live(_ path: String, _ architecture: Architecture) throws -> Int {
    let network = Network(architecture)
    try network.load(SafetensorsFile(path: path))
    let weights = 0..<network.layout.weightCount
    let survivors = withExtendedLifetime(network) { network.arena[weights].count { $0 != 0 } }
    return survivors + network.layout.exchangedCount - weights.count
  }

  @Test(arguments: [2, 4])
  func aDenseStepSendsWhatTheMetricsSay(ranks: Int) throws {
    let scratch = try Scratch()
    let arguments = ["train", "--arch", "resnet8", "--data", try scratch.writeImages(), "--epochs", "1"]
    let (counted, run) = try step(arguments, ranks: ranks, scratch)
    let floats = try live(run.directory.appending(path: "dense.safetensors").path(), .resnet8)
    #expect(floats == Network(.resnet8).layout.exchangedCount)
    expect(counted, run.reported, floats, ranks)
  }

  @Test(arguments: [("0.5", 2), ("0.98", 2), ("0.98", 4)])
  func aPrunedStepSendsTheLiveSurvivors(amount: String, ranks: Int) throws {
    let scratch = try Scratch()
    let model = try FinishedRun.on(ranks: 2).path("dense.safetensors")
    let arguments = [
      "prune", model, "--data", try scratch.writeImages(), "--prune", amount, "--finetune-epochs", "1",
    ]
    let (counted, run) = try step(arguments, ranks: ranks, scratch)
    let floats = try live(run.directory.appending(path: "pruned.safetensors").path(), .resnet8)
    expect(counted, run.reported, floats, ranks)
    let layout = Network(.resnet8).layout
    let share = try #require(Double(amount))
    #expect(floats <= layout.exchangedCount - Int(share * 76_720) + 1)
  }

  /// Two bytes in place of four, but for the two sums that a step reports.
  @Test func aRoundedStepSendsHalf() throws {
    let scratch = try Scratch()
    let arguments = [
      "train", "--arch", "resnet8", "--data", try scratch.writeImages(), "--epochs", "1", "--exchange", "bfloat16",
    ]
    let (counted, run) = try step(arguments, ranks: 2, scratch)
    let floats = Network(.resnet8).layout.exchangedCount
    #expect(counted == run.reported && run.reported == 2 * (floats - 2) + 2 * 4)
  }

  /// Of the 11 million weights, those in dead taps are never sent, survivors or not.
  @Test func survivorsOfDeadTapsAreNotSent() throws {
    let scratch = try Scratch()
    let network = Network(.resnet18)
    network.initialize(seed: 1)
    let model = scratch.path("model.safetensors")
    try SafetensorsFile.write(network.stateDictionary, metadata: [:], to: model)
    // The same fraction of every layer, and so of dead and live taps.
    let arguments = [
      "prune", model, "--data", try scratch.writeImages(), "--prune", "0.9", "--scope", "local", "--finetune-epochs",
      "1",
    ]
    let run = try run(arguments, images: 64, ranks: 2, scratch)
    let floats = try live(run.directory.appending(path: "pruned.safetensors").path(), .resnet18)
    expect(run.reported, run.reported, floats, 2)
    let dense = network.layout.exchangedCount - network.layout.weightCount
    #expect((floats - dense - network.layout.weightCount / 10).magnitude < network.layout.weightCount / 100)
  }

  /// Between two ranks every float is sent once: to its owner, or by its owner. Among more, what a rank forwards in the
  /// gathering are other ranks' slices, which are as long as its own but for rounding to 64 floats.
  private func expect(
    _ counted: Int, _ reported: Int, _ floats: Int, _ ranks: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let rounding = ranks == 2 ? 0 : ranks * 128 * 4
    #expect((counted - reported).magnitude <= rounding, sourceLocation: sourceLocation)
    #expect((reported - 8 * floats * (ranks - 1) / ranks).magnitude <= rounding, sourceLocation: sourceLocation)
  }
}

/// Whether Open MPI's monitoring component is there.
private func canMonitor() -> Bool {
  let result = try? run("ompi_info", ["--parsable", "--param", "pml", "monitoring", "--level", "9"])
  return result?.standardOutput.contains("pml_monitoring_enable") == true
}
