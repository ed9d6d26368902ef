import Foundation
import TestSupport
import Testing

/// The result does not depend on the number of ranks: several steps, epochs, two rounds of prune and fine-tune.
struct SameBitsTests {
  @Test(arguments: FinishedRun.rankCounts.dropFirst())
  func anyNumberOfRanksEndsWithTheSameBits(ranks: Int) throws {
    let alone = try FinishedRun.on(ranks: 1)
    let together = try FinishedRun.on(ranks: ranks)
    #expect(alone.weights?.count == "weights ".count + 32)
    #expect(together.weights == alone.weights)
    for file in [
      "dense.safetensors", "pruned.safetensors", "checkpoints/round-1.safetensors", "checkpoints/round-2.safetensors",
      "config.json",
    ] {
      try expectSameBytes(together.contents(file), alone.contents(file), file)
    }
    #expect(try untimed(together) == untimed(alone))
    #expect(together.result.standardOutput.contains("\(ranks) ranks on 1 host"))
  }

  /// The metrics without what the clock says, and what a rank has to send.
  private func untimed(_ run: FinishedRun) throws -> [[String: NSObject]] {
    let others: Set = ["seconds", "images_per_second", "exchange_share", "exchange_seconds", "exchange_bytes"]
    return try run.metrics().map { $0.filter { !others.contains($0.key) } }
  }

  /// Rounded to bfloat16 at every node, sums are the same on any number of ranks, and near those of single precision.
  @Test func theRoundedTreeHasTheSameBitsAndEndsNear() throws {
    let scratch = try Scratch()
    let runs = try [1, 2, 4].map { ranks in
      let url = scratch.url.appending(path: "run-\(ranks)")
      let result = try dptrain(
        FinishedRun.arguments + ["--exchange", "bfloat16", "--output", url.path()], ranks: ranks)
      try #require(result.succeeded, "\(result)")
      return FinishedRun(result: result, url: url)
    }
    let exact = try FinishedRun.on(ranks: 1)
    #expect(runs[1].weights == runs[0].weights && runs[2].weights == runs[0].weights)
    #expect(runs[0].weights != exact.weights)
    for (rounded, tree) in zip(try runs[0].metrics(), try exact.metrics()) {
      for key in ["test_loss", "train_loss"] where tree[key] != nil {
        let (found, expected) = (try #require(rounded[key] as? Double), try #require(tree[key] as? Double))
        #expect(abs(found - expected) < 0.05, "\(key): \(found), with the tree \(expected)")
      }
    }
  }

  /// `MPI_Allreduce` may add in another order; the result is near, and all ranks still agree.
  @Test func theNativeExchangeEndsNear() throws {
    let scratch = try Scratch()
    let arguments = FinishedRun.arguments + ["--exchange", "native", "--output", scratch.path("run")]
    let result = try dptrain(arguments, ranks: 2)
    try #require(result.succeeded, "\(result)")
    let run = FinishedRun(result: result, url: scratch.url.appending(path: "run"))
    #expect(try run.text("config.json").contains("\"exchange\" : \"native\""))
    for (native, tree) in zip(try run.metrics(), try FinishedRun.on(ranks: 1).metrics()) {
      for key in ["test_loss", "train_loss"] where tree[key] != nil {
        let (found, expected) = (try #require(native[key] as? Double), try #require(tree[key] as? Double))
        #expect(abs(found - expected) < 0.05, "\(key): \(found), with the tree \(expected)")
      }
      #expect(native["sparsity"] == tree["sparsity"])
    }
  }

  /// L1 regularization is for what pruning left: dense training does not feel it, fine-tuning does.
  @Test func regularizationByL1ActsAfterPruning() throws {
    let scratch = try Scratch()
    let images = try scratch.writeImages()
    let runs = try ["0", "0.01"].map { strength in
      let url = scratch.url.appending(path: "run-\(strength)")
      let result = try dptrain(
        ["--arch", "resnet8", "--data", images, "--output", url.path(), "--l1", strength] + Scratch.oneEpoch)
      #expect(result.succeeded, "\(result)")
      return FinishedRun(result: result, url: url)
    }
    let model = "dense.safetensors"
    try expectSameBytes(runs[0].contents(model), runs[1].contents(model), model)
    let sums = try runs.map { run in
      try FinishedRun.convolutions(run.path("pruned.safetensors")).values.reduce(Float(0)) {
        $0 + $1.reduce(0) { $0 + abs($1) }
      }
    }
    #expect(sums[1] < sums[0])
  }

  @Test func anotherSeedEndsElsewhere() throws {
    let scratch = try Scratch()
    let images = try scratch.writeImages()
    let arguments = ["train", "--arch", "resnet8", "--data", images, "--epochs", "1"] + Scratch.smallBatch
    let hashes = try ["1", "1", "2"].enumerated().map { number, seed in
      let result = try dptrain(arguments + ["--seed", seed, "--output", scratch.path("run-\(number)")])
      #expect(result.succeeded, "\(result)")
      return result.outputLines.last
    }
    #expect(hashes[0]?.hasPrefix("weights ") == true && hashes[0] == hashes[1] && hashes[1] != hashes[2])
  }
}
