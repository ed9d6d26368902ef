import Planning
import Testing

/// Exchange and step against sums made by hand.
struct PredictionTests {
  @Test func oneRankExchangesNothing() {
    let exchange = ExchangePrediction(Figures.cluster(1, 1), .tree, Figures.dense, Figures.calibration)
    #expect(exchange.seconds == 0 && exchange.bytesSent == 0 && exchange.linkBytes == 0)
  }

  /// Slices of 250,000 floats, a megabyte each.
  @Test func slicesCrossTheLinkOnceEachWay() {
    let exchange = ExchangePrediction(Figures.cluster(2, 2), .tree, Figures.dense, Figures.calibration)
    // Two ranks send to two others: 4 MB at 100 MB/s, in two rounds of 100 µs and one of 1 µs.
    #expect(isClose(exchange.scatter, 0.04 + 2e-4 + 1e-6))
    #expect(isClose(exchange.addition, 750_000e-9))
    // The ring brings three slices into each node.
    #expect(isClose(exchange.gather, 0.03 + 3e-4))
    #expect(isClose(exchange.agreement, 2e-4))
    #expect(exchange.bytesSent == 6_000_000 && exchange.linkBytes == 7_000_000)
  }

  @Test func withinANodeBytesAreCopied() {
    let exchange = ExchangePrediction(Figures.cluster(1, 4), .tree, Figures.dense, Figures.calibration)
    #expect(isClose(exchange.scatter, 3e6 * 1e-9 + 3e-6))
    #expect(isClose(exchange.gather, 3e6 * 1e-9 + 3e-6))
    #expect(exchange.bytesSent == 6_000_000 && exchange.linkBytes == 0)
  }

  @Test func halfPrecisionHalvesTheBytes() {
    let exchange = ExchangePrediction(Figures.cluster(4, 1), .bfloat16, Figures.dense, Figures.calibration)
    // 999,998 floats of two bytes in quarters; two floats to each of three others.
    #expect(exchange.bytesSent == 2_999_994 + 24)
  }

  @Test func aStepIsGradientExchangeAndUpdate() {
    let step = StepPrediction(
      Figures.cluster(1, 2), batchSize: 512, method: .tree, phase: Figures.dense, calibration: Figures.calibration)
    #expect(step.microbatches == 4)
    // ((g₀ + g₁) + (g₂ + g₃)): one buffer is added to another, the rest in place.
    #expect(isClose(step.gradient, 0.16 + 0.001))
    #expect(isClose(step.update, 450_000 * 2e-9))
    #expect(isClose(step.seconds, step.gradient + step.exchange.seconds + step.update))
    // Eight microbatches, three sums, the whole update.
    #expect(isClose(step.alone, 0.32 + 0.003 + 0.0018))
    #expect(isClose(step.efficiency, step.alone / (2 * step.seconds)))
    // Calibrated with two ranks too: one buffer more for the tree.
    #expect(step.resident == 200_000_000 + 4_000_000)
  }

  @Test func aloneThereIsNothingToLose() {
    let step = StepPrediction(
      Figures.cluster(1, 1), batchSize: 512, method: .tree, phase: Figures.dense, calibration: Figures.calibration)
    #expect(isClose(step.efficiency, 1) && isClose(step.imagesPerSecond, 512 / step.alone))
    // Two buffers more for the tree, no incoming slices, the other half of the momentum.
    #expect(step.resident == 200_000_000 + 4 * (2_000_000 - 1_000_000 + 450_000))
  }

  @Test func aClusterHasItsHalves() {
    func parts(_ nodes: Int, _ ranks: Int) -> [[Int]] {
      Figures.cluster(nodes, ranks).parts.map { [$0.nodes, $0.ranksPerNode] }
    }
    #expect(parts(1, 1) == [[1, 1]])
    #expect(parts(4, 2) == [[1, 1], [1, 2], [2, 2], [4, 2]])
    #expect(parts(3, 6) == [[1, 1], [1, 2], [1, 4], [1, 6], [2, 6], [3, 6]])
  }
}
