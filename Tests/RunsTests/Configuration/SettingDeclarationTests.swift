import Pruning
import Runs
import Testing
import Training

/// What is declared of a setting fits together.
struct SettingDeclarationTests {
  /// What a configuration prints, given as a command line would give it.
  private func again(_ configuration: RunConfiguration, synthetic: Bool = false) throws -> RunConfiguration {
    let standard = SettingValues()
    let words = PruningSettings.words(configuration, standard).merging(TrainingSettings.words(configuration, standard))
    {
      $1
    }
    var given = SettingValues()
    for setting in PruningSettings.settings + TrainingSettings.settings {
      given[any: setting.name] = setting.standard
      guard let word = words[setting.name] else { continue }
      let value = setting.type.init(word: word)
      #expect(value?.word == word, "\(setting.name)")
      given[any: setting.name] = value
    }
    // A switch that is off is given with nothing.
    try TrainingSettings.checkAll(given)
    try PruningSettings.checkAll(given)
    return try RunConfiguration(configuration.kind, given, synthetic: synthetic)
  }

  @Test(arguments: Recipe.allCases)
  func whatIsPrintedGivesTheSameAgain(recipe: Recipe) throws {
    for course in [
      PruningConfiguration.Course.rounds(3, to: .fraction(0.25)), .rounds(1, to: .count(12)), .listed([0.5, 0.75]),
      .rounds(2, to: .cost(.speedup(3))), .cubic(try CubicSchedule(firstEpoch: 1, lastEpoch: 9), to: .fraction(0.5)),
      .deadTaps,
    ] {
      var configuration = recipe.configuration
      configuration.pruning.course = course
      (configuration.batchSize, configuration.seed, configuration.trainingImages) = (320, .max, 640)
      #expect(try again(configuration) == configuration, "\(course)")
    }
    var configuration = recipe.syntheticConfiguration
    configuration.pruning = PruningConfiguration(
      score: .l1PerCost, costPower: 2, recovery: .rewind(Rewinding(.weights, epoch: 3)))
    (configuration.dense.schedule, configuration.augments, configuration.cutout) = (.cosine, false, 0)
    let given = try again(configuration, synthetic: true)
    #expect(given.dense == configuration.dense && given.pruning == configuration.pruning && !given.augments)
  }

  /// A recipe's numbers are gradient descent's: AdamW begins with PyTorch's.
  @Test func anOptimizerHasItsOwnNumbers() throws {
    var given = SettingValues()
    given[any: "optimizer"] = OptimizerKind.adamw
    var configuration = try RunConfiguration(.run, given, synthetic: false)
    #expect(configuration.dense.learningRate == 1e-3 && configuration.finetune.learningRate == 1e-3)
    #expect(configuration.weightDecay == 1e-2)
    #expect(try again(configuration) == configuration)
    given[any: "learning-rate"] = 0.25
    configuration = try RunConfiguration(.run, given, synthetic: true)
    #expect(configuration.dense.learningRate == 0.25 && configuration.finetune.learningRate == 1e-3)
  }

  @Test func namesDifferAndStandardsAreInTheirRanges() throws {
    let names =
      TrainingSettings.settings.map(\.name) + PruningSettings.settings.map(\.name)
      + ReliabilitySettings.settings.map(\.name)
    #expect(Set(names).count == names.count && names.count > 50)
    var standards = SettingValues()
    for setting in TrainingSettings.settings + PruningSettings.settings {
      standards[any: setting.name] = setting.standard
    }
    try TrainingSettings.checkAll(standards)
    try PruningSettings.checkAll(standards)
  }

  @Test func theHelpHasTheRecipesNumbers() throws {
    let average = try #require(TrainingSettings.settings.first { $0.name == "average" })
    #expect(average.help.hasSuffix("(quick: \(Recipe.quick.configuration.averaging))."))
  }
}
