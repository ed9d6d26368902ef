import Networks
import Runs
import Testing
import Training

/// What ranks compare of their settings.
struct SettingFactsTests {
  private func names(_ first: RunConfiguration, _ second: RunConfiguration) throws -> [String] {
    let network = Network(.resnet8)
    let ranks = try [first, second].map {
      RankFacts(host: "a", facts: try RankFacts.settings($0, policy: RunPolicy(), network: network))
    }
    return Disagreement.among(ranks).map(\.name)
  }

  @Test func everySettingCounts() throws {
    let base = Recipe.quick.configuration
    #expect(try names(base, base).isEmpty)
    var other = base
    other.batchSize = 64
    other.dense.epochs = 3
    other.pruning.course = .rounds(2, to: .fraction(0))
    other.trainingImages = 100
    #expect(
      try names(base, other) == [
        "the setting batchSize", "the setting dense.epochs", "the setting pruning.iterations",
        "the setting trainingImages",
      ])
    other = base
    other.dense.schedule = .oneCycle(rise: 0.3, end: 0.05)
    #expect(try names(base, other).count == 1)
    // Infinitely near is not the same: it would not be the same run.
    other = base
    other.momentum = base.momentum.nextUp
    #expect(try names(base, other) == ["the setting momentum"])
  }

  @Test func whereThingsLieDoesNotCount() throws {
    var (first, second) = (Recipe.quick.configuration, Recipe.quick.configuration)
    (first.data, second.data) = ("/here", "/there")
    (first.model, second.model) = ("a.safetensors", "b.safetensors")
    #expect(try names(first, second).isEmpty)
  }

  /// A rank that stops for a checkpoint of its own would leave the others waiting.
  @Test func whenCheckpointsAreWrittenCounts() throws {
    var policy = RunPolicy()
    policy.checkpointSteps = 10
    let ranks = try [RunPolicy(), policy].map {
      RankFacts(host: "a", facts: try RankFacts.settings(Recipe.quick.configuration, policy: $0, network: nil))
    }
    #expect(Disagreement.among(ranks).map(\.name) == ["the option checkpointSteps"])
  }

  @Test func theWeightsCount() throws {
    let networks = [Network(.resnet8), Network(.resnet8)]
    for network in networks { network.initialize(seed: 1) }
    networks[1].arena[0..<1][0] += 1
    let ranks = try networks.map {
      RankFacts(host: "a", facts: try RankFacts.settings(Recipe.quick.configuration, policy: RunPolicy(), network: $0))
    }
    #expect(Disagreement.among(ranks).map(\.name) == ["the weights to begin with"])
  }
}
