import Networks
import Planning
import Pruning
import Testing
import Runs
import Training

/// The time of a whole run.
struct RunPlanTests {
  private var configuration: RunConfiguration {
    var configuration = Recipe.quick.configuration
    configuration.dense.epochs = 4
    configuration.finetune.epochs = 2
    configuration.pruning.course = .rounds(1, to: .fraction(0.9))
    return configuration
  }

  private func densities(_ change: (inout RunConfiguration) throws -> Void = { _ in }) throws -> EpochDensities {
    var configuration = configuration
    try change(&configuration)
    return try EpochDensities(configuration, layout: Network(.resnet18).layout, sparsity: 0.9)
  }

  private func close(_ found: [Double], _ expected: [Double]) -> Bool {
    found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  @Test func weightsGoRoundByRound() throws {
    let once = try densities()
    #expect(close(once.dense, [1, 1, 1, 1]) && close(once.finetune, [0.1, 0.1]) && once.prunings == 1)
    // Trained again from the end of the first of four epochs on.
    let again = try densities { $0.pruning.recovery = .rewind(Rewinding(.weights, epoch: 1)) }
    #expect(close(again.finetune, [0.1, 0.1, 0.1]))
    let twice = try densities { $0.pruning.course = .listed([0.5, 0.9]) }
    #expect(close(twice.finetune, [0.5, 0.5, 0.1, 0.1]) && twice.prunings == 2)
    let target = try densities {
      $0.pruning.course = .rounds(2, to: .cost(.multiplyAdds(0.1)))
    }
    #expect(close(target.finetune, [0.55, 0.55, 0.1, 0.1]))
  }

  @Test func weightsGoWhileTraining() throws {
    let gradual = try densities {
      $0.pruning.course = .cubic(try CubicSchedule(firstEpoch: 1, lastEpoch: 3), to: .fraction(0.9))
    }
    // 1 - 0.9 · (1 - (1/2)³) after the second epoch, all after the third.
    #expect(close(gradual.dense, [1, 1, 0.2125, 0.1]) && close(gradual.finetune, [0.1, 0.1]) && gradual.prunings == 2)
  }

  @Test func runsThatDoNotPruneHaveNoSecondHalf() throws {
    let training = try densities { $0.kind = .train }
    #expect(close(training.dense, [1, 1, 1, 1]) && training.finetune == [] && training.prunings == 0)
    let pruning = try densities { $0.kind = .prune }
    #expect(pruning.dense == [] && close(pruning.finetune, [0.1, 0.1]))
  }

  @Test func epochsAddUp() {
    func plan(_ densities: EpochDensities) -> RunPlan {
      RunPlan(
        Figures.cluster(1, 2), batchSize: 512, method: .tree, calibration: Figures.calibration, trainingImages: 5_200,
        testImages: 1_000, densities: densities)
    }
    let dense = plan(EpochDensities(dense: [1], finetune: [], prunings: 0))
    // Ten whole batches; 16 microbatches of test images, eight a rank.
    #expect(isClose(dense.denseSeconds, 10 * dense.dense.seconds + 8 * 0.012))
    let pruned = plan(EpochDensities(dense: [1, 1], finetune: [0.1, 0.1], prunings: 1))
    let sparse = 10 * (pruned.sparse?.seconds ?? 0) + 8 * 0.002
    #expect(isClose(pruned.sparseSeconds, 2 * sparse + 0.5) && isClose(pruned.denseSeconds, 2 * dense.denseSeconds))
    let between = plan(EpochDensities(dense: [], finetune: [0.55], prunings: 0))
    #expect(isClose(between.seconds, (sparse + dense.denseSeconds) / 2))
  }
}
