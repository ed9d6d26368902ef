import Foundation
import Pruning
import Testing
import Runs
import Training

/// What `config.json` holds.
struct RunConfigurationTests {
  /// Every setting other than it is by itself.
  private static func unusual() throws -> RunConfiguration {
    var configuration = Recipe.article.configuration
    (configuration.kind, configuration.architecture) = (.prune, .resnet8)
    (configuration.data, configuration.dataHash, configuration.model) = ("images", "1234", "model.safetensors")
    (configuration.trainingImages, configuration.holdout) = (512, 64)
    (configuration.batchSize, configuration.microbatch) = (96, 48)
    configuration.optimizer = .adamw
    (configuration.momentum, configuration.nesterov, configuration.weightDecay) = (0.25, false, 0.125)
    (configuration.decaysAll, configuration.averaging, configuration.l1) = (false, 0.75, 0.5)
    (configuration.labelSmoothing, configuration.augments, configuration.cutout) = (0.0625, false, 8)
    (configuration.flips, configuration.cropPadding) = (.alternating, 2)
    (configuration.seed, configuration.exchange, configuration.isMasked) = (.max, .bfloat16, true)
    configuration.dense = PhaseConfiguration(epochs: 7, learningRate: 0.3, schedule: .oneCycle(rise: 0.4))
    configuration.dense.skippedEpochs = 2
    configuration.finetune = PhaseConfiguration(epochs: 3, learningRate: 0.1, schedule: .cosine)
    configuration.finetune.skippedEpochs = 1
    configuration.pruning = PruningConfiguration(
      amount: 0.5, linearAmount: 0.25, count: 77, amounts: [0.1, 0.2], target: .multiplyAdds(0.3), iterations: 4,
      gradual: try CubicSchedule(firstEpoch: 1, lastEpoch: 5, interval: 2), scope: .local, score: .lamp, costPower: 2,
      learningRateDecay: 0.5)
    configuration.pruning.targetSpeedup = 3
    configuration.pruning.isDeadOnly = true
    configuration.pruning.rewinding = Rewinding(.weights, epoch: 6)
    return configuration
  }

  /// With the first version's settings where later ones have others.
  private static var older: RunConfiguration {
    var configuration = Recipe.quick.configuration
    (configuration.flips, configuration.cropPadding, configuration.cutout) = (.random, 4, 0)
    configuration.averaging = 0
    (configuration.dense.schedule, configuration.finetune.schedule) = (.oneCycle(rise: 0.2), .oneCycle(rise: 0.2))
    return configuration
  }

  @Test func everySettingComesBack() throws {
    let configuration = try Self.unusual()
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(RunConfiguration.self, from: data) == configuration)
    // Each differs from the default: one that were not read would be seen.
    let (settings, defaults) = (try configuration.settings(), try Self.older.settings())
    for (key, value) in settings where !key.contains("schedule") { #expect(defaults[key] != value, "\(key)") }
  }

  /// Runs of the first version know none of the settings that came later.
  @Test func olderRunsCanBeRead() throws {
    let configuration = Self.older
    var object = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(configuration)) as? [String: Any])
    for key in ["decaysAll", "averaging", "cutout", "flips", "cropPadding"] {
      #expect(object.removeValue(forKey: key) != nil, "\(key)")
    }
    for phase in ["dense", "finetune"] {
      var numbers = try #require(object[phase] as? [String: Any])
      #expect(numbers.removeValue(forKey: "skippedEpochs") != nil)
      object[phase] = numbers
    }
    var pruning = try #require(object["pruning"] as? [String: Any])
    #expect(pruning.removeValue(forKey: "isDeadOnly") != nil)
    object["pruning"] = pruning
    let text = String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    #expect(try RunConfiguration(json: text, of: "run") == configuration)
  }
}
