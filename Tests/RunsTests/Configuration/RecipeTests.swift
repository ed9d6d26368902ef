import Images
import Foundation
import Networks
import Pruning
import Testing
import Runs
import Training

/// What the recipes mean, and what pruning makes of its options.
struct RecipeTests {
  /// As the article gives them.
  @Test func theArticlesNumbers() {
    let article = Recipe.article.configuration
    #expect(article.architecture == .resnet18)
    #expect(article.batchSize == 128)
    #expect(article.momentum == 0.9 && !article.nesterov && article.weightDecay == 1e-4)
    #expect(article.l1 == 0 && article.labelSmoothing == 0 && article.augments)
    #expect(article.flips == .random && article.cropPadding == 4 && article.cutout == 0)
    let schedule = LearningRateSchedule.multiStep(milestones: [100, 150], factor: 0.1)
    #expect(article.dense == PhaseConfiguration(epochs: 200, learningRate: 0.1, schedule: schedule))
    #expect(article.finetune.epochs == 200 && article.finetune.learningRate == 1e-3)
  }

  /// `mpirun -n 8` works as typed.
  @Test(arguments: [1, 2, 4, 8])
  func theQuickBatchDividesOverRanks(ranks: Int) throws {
    let plan = try Recipe.quick.configuration.plan(data: .synthetic(), ranks: ranks)
    #expect(plan.microbatchesPerRank == 8 / ranks)
    #expect(plan.stepsPerEpoch == 10)
  }

  @Test func fewerImagesMakeFewerSteps() throws {
    var configuration = Recipe.quick.configuration
    configuration.trainingImages = 1_100
    #expect(try configuration.plan(data: .synthetic(), ranks: 1).stepsPerEpoch == 2)
    configuration.trainingImages = 1_000_000
    #expect(try configuration.plan(data: .synthetic(), ranks: 1).stepsPerEpoch == 10)
  }

  @Test(arguments: Recipe.allCases)
  func configurationsSurviveJSON(recipe: Recipe) throws {
    var configuration = recipe.configuration
    configuration.pruning = PruningConfiguration(
      .listed([0.5, 0.98]), linearAmount: 0.5, scope: .local, score: .random, recovery: .finetune(rateDecay: 0.5))
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(RunConfiguration.self, from: data) == configuration)
    for target in [PruneTarget.multiplyAdds(0.1), .speedup(8)] {
      configuration.pruning = PruningConfiguration(
        .cubic(try CubicSchedule(firstEpoch: 1, lastEpoch: 9, interval: 2), to: .cost(target)), score: .l1PerCost,
        costPower: 0.7)
      let data = try JSONEncoder().encode(configuration)
      let decoded = try JSONDecoder().decode(RunConfiguration.self, from: data)
      #expect(decoded == configuration && decoded.pruning.target == target)
    }
  }

  private let layout = ParameterLayout(Architecture.resnet8.graph(classes: 10))
  private var convolutionWeights: Int { layout.convolutionWeights.reduce(0) { $0 + $1.count } }

  @Test func oneRoundReachesTheTotal() throws {
    let requests = try PruningConfiguration(.rounds(1, to: .fraction(0.98)), linearAmount: 0.5).requests(
      layout: layout, seed: 3)
    #expect(requests.map(\.convolutionAmount) == [.total(0.98)])
    #expect(requests.map(\.linearAmount) == [.total(0.5)])
    #expect(requests.map(\.scope) == [.global] && requests.map(\.score) == [.l1])
  }

  @Test func roundsHaveEqualRelativeRates() throws {
    let requests = try PruningConfiguration(
      .rounds(3, to: .fraction(0.875)), scope: .local, score: .random
    ).requests(layout: layout, seed: 3)
    #expect(requests.map(\.round) == [0, 1, 2])
    #expect(requests.allSatisfy { $0.scope == .local && $0.score == .random && $0.seed == 3 })
    #expect(try remaining(after: requests, of: 1_000) == [500, 250, 125])
    #expect(requests.allSatisfy { (try? $0.linearAmount.count(pool: "", size: 640, remaining: 640)) == 0 })
  }

  @Test func listedAmountsAreTotals() throws {
    let requests = try PruningConfiguration(.listed([0.5, 0.8, 0.98])).requests(layout: layout, seed: 0)
    #expect(try remaining(after: requests, of: 1_000) == [500, 200, 20])
  }

  @Test(arguments: [0, 1, 12_345, 76_719])
  func aCountIsExact(count: Int) throws {
    let requests = try PruningConfiguration(.rounds(2, to: .count(count))).requests(layout: layout, seed: 0)
    #expect(try remaining(after: requests, of: convolutionWeights).last == convolutionWeights - count)
  }

  @Test(arguments: [PruneTarget.multiplyAdds(0.1), .speedup(8)])
  func targetsAreCarriedThroughTheRounds(target: PruneTarget) throws {
    let requests = try PruningConfiguration(
      .rounds(3, to: .cost(target)), linearAmount: 0.5, score: .l1PerCost, costPower: 1
    ).requests(layout: layout, seed: 7)
    #expect(requests.map(\.roundsLeft) == [3, 2, 1])
    #expect(requests.allSatisfy { $0.target == target && $0.score == .l1PerCost && $0.costPower == 1 })
    #expect(requests.last?.linearAmount == .total(0.5))
  }

  @Test func gradualPruningHasARoundForEachOfItsEpochs() throws {
    let gradual = try CubicSchedule(firstEpoch: 0, lastEpoch: 4, interval: 2)
    let requests = try PruningConfiguration(.cubic(gradual, to: .fraction(0.8)), linearAmount: 0.4)
      .requests(layout: layout, seed: 0)
    #expect(requests.map(\.convolutionAmount) == [.total(0.8 * 0.875), .total(0.8)])
    #expect(requests.map(\.linearAmount) == [.total(0.4 * 0.875), .total(0.4)])
    let targets = try PruningConfiguration(.cubic(gradual, to: .cost(.multiplyAdds(0.2))))
      .requests(layout: layout, seed: 0)
    #expect(targets.map(\.target) == [.multiplyAdds(1 - 0.8 * 0.875), .multiplyAdds(0.2)])
    #expect(targets.allSatisfy { $0.roundsLeft == 1 })
  }

  private func remaining(after requests: [PruneRequest], of size: Int) throws -> [Int] {
    var remaining = size
    return try requests.map { request in
      remaining -= try request.convolutionAmount.count(pool: "test", size: size, remaining: remaining)
      return remaining
    }
  }

  @Test func requestsThatCannotBeMetAreRefused() {
    func refuses(_ course: PruningConfiguration.Course, linear: Double = 0) -> Bool {
      do {
        _ = try PruningConfiguration(course, linearAmount: linear).requests(layout: layout, seed: 0)
        return false
      } catch { return true }
    }
    for amount in [1, -0.1, .nan] { #expect(refuses(.rounds(1, to: .fraction(amount)))) }
    #expect(refuses(.rounds(1, to: .fraction(0.5)), linear: 1))
    #expect(refuses(.rounds(0, to: .fraction(0.5))))
    #expect(refuses(.listed([])) && refuses(.listed([0.5, 0.4])))
    #expect(refuses(.rounds(1, to: .count(convolutionWeights))) && refuses(.rounds(1, to: .count(-1))))
    #expect(refuses(.rounds(1, to: .cost(.multiplyAdds(0)))) && refuses(.rounds(3, to: .cost(.speedup(1)))))
  }

  @Test func whetherThereIsAnythingToPrune() {
    #expect(!PruningConfiguration().prunes && !PruningConfiguration(.rounds(1, to: .count(0))).prunes)
    #expect(PruningConfiguration(linearAmount: 0.1).prunes)
    for goal in [PruningConfiguration.Goal.fraction(0.1), .count(1), .cost(.speedup(2))] {
      #expect(PruningConfiguration(.rounds(1, to: goal)).prunes)
    }
    #expect(PruningConfiguration(.listed([0.5])).prunes && PruningConfiguration(.deadTaps).prunes)
  }
}
