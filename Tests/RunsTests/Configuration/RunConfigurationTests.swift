import Foundation
import Pruning
import Runs
import Testing
import Training

/// What `config.json` holds.
struct RunConfigurationTests {
  /// Every setting other than it is by itself.
  private static func unusual() throws -> RunConfiguration {
    var configuration = RunConfiguration()
    (configuration.kind, configuration.architecture) = (.prune, .resnet8)
    (configuration.data, configuration.dataHash, configuration.model) = ("images", "1234", "model.safetensors")
    (configuration.trainingImages, configuration.holdout) = (512, 64)
    (configuration.batchSize, configuration.microbatch) = (96, 48)
    configuration.optimizer = .adamw
    (configuration.momentum, configuration.nesterov, configuration.weightDecay) = (0.25, true, 0.125)
    (configuration.decaysAll, configuration.averaging, configuration.l1) = (false, 0.75, 0.5)
    (configuration.labelSmoothing, configuration.augments, configuration.cutout) = (0.0625, false, 8)
    (configuration.flips, configuration.cropPadding) = (.alternating, 2)
    (configuration.seed, configuration.exchange, configuration.isMasked) = (.max, .bfloat16, true)
    configuration.dense = PhaseConfiguration(epochs: 7, learningRate: 0.3, schedule: .oneCycle(rise: 0.4))
    configuration.finetune = PhaseConfiguration(epochs: 3, learningRate: 0.1, schedule: .cosine)
    configuration.pruning = PruningConfiguration(
      .cubic(try CubicSchedule(firstEpoch: 1, lastEpoch: 5, interval: 2), to: .cost(.speedup(3))), linearAmount: 0.25,
      scope: .local, score: .lamp, costPower: 2, recovery: .finetune(rateDecay: 0.5))
    return configuration
  }

  private func text(_ configuration: RunConfiguration, _ change: (inout [String: Any]) -> Void = { _ in }) throws
    -> String
  {
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(configuration))
    var settings = try #require(object as? [String: Any])
    change(&settings)
    return String(decoding: try JSONSerialization.data(withJSONObject: settings), as: UTF8.self)
  }

  @Test func everySettingComesBack() throws {
    let configuration = try Self.unusual()
    #expect(try RunConfiguration(json: text(configuration), of: "run") == configuration)
    // Each differs from the default: one that were not read would be seen.
    let (settings, defaults) = (try configuration.settings(), try RunConfiguration().settings())
    for (key, value) in settings where !key.contains("schedule") { #expect(defaults[key] != value, "\(key)") }
  }

  @Test(arguments: [
    PruningConfiguration.Course.rounds(3, to: .fraction(0.1)), .rounds(1, to: .count(7)),
    .rounds(2, to: .cost(.multiplyAdds(0.3))), .listed([0.1, 0.2]), .deadTaps,
  ])
  func everyCourseComesBack(course: PruningConfiguration.Course) throws {
    var configuration = Recipe.quick.configuration
    configuration.pruning = PruningConfiguration(course, recovery: .rewind(Rewinding(.weights, epoch: 6)))
    #expect(try RunConfiguration(json: text(configuration), of: "run") == configuration)
  }

  /// Files of the first format have no version, say of a pruning what does not apply to it, and the oldest of them know none of
  /// the settings that came later.
  @Test func olderRunsCanBeRead() throws {
    var configuration = Recipe.article.configuration
    configuration.pruning = PruningConfiguration(.rounds(1, to: .count(9)))
    let older = try text(configuration) { settings in
      for key in ["version", "decaysAll", "averaging", "cutout", "flips", "cropPadding"] {
        #expect(settings.removeValue(forKey: key) != nil, "\(key)")
      }
      var pruning = settings["pruning"] as? [String: Any] ?? [:]
      pruning["amount"] = 0
      settings["pruning"] = pruning
    }
    #expect(try RunConfiguration(json: older, of: "run") == configuration)
  }

  @Test func whatCannotBeReadIsRefused() throws {
    func refuses(_ words: String, _ change: (inout [String: Any]) -> Void) throws {
      let text = try text(Recipe.quick.configuration, change)
      let error = #expect(throws: RunDirectoryError.self) { try RunConfiguration(json: text, of: "run") }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
    try refuses("its version is 3, expected 2 or less") { $0["version"] = 3 }
    try refuses("it lacks pruning") { $0["pruning"] = nil }
    try refuses("the setting momentum is 1.0, expected 0 or more, below 1") { $0["momentum"] = 1 }
    try refuses("the setting dense.epochs is 0, expected 1 to 1000000") {
      var dense = $0["dense"] as? [String: Any] ?? [:]
      dense["epochs"] = 0
      $0["dense"] = dense
    }
    for other in ["count": 3, "targetSpeedup": 2, "isDeadOnly": true, "amounts": [0.5]] as [String: Any] {
      try refuses("exclude each other") {
        var pruning = $0["pruning"] as? [String: Any] ?? [:]
        (pruning["amount"], pruning[other.key]) = (0.5, other.value)
        $0["pruning"] = pruning
      }
    }
  }
}
