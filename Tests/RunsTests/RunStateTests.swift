import Testing
import Runs
import Training

/// Where a run can stand.
struct RunStateTests {
  private static var configuration: RunConfiguration {
    var configuration = Recipe.quick.configuration
    configuration.dense.epochs = 20
    configuration.pruning.course = .rounds(2, to: .fraction(0))
    return configuration
  }

  @Test func stagesFollowFromTheConfiguration() {
    var configuration = Self.configuration
    #expect(
      RunStage.all(configuration, rounds: 2) == [
        .dense, .start, .prune(round: 1), .finetune(round: 1), .evaluation(round: 1), .prune(round: 2),
        .finetune(round: 2), .evaluation(round: 2), .summary,
      ])
    configuration.kind = .prune
    #expect(
      RunStage.all(configuration, rounds: 1) == [
        .start, .prune(round: 1), .finetune(round: 1), .evaluation(round: 1), .summary,
      ])
    configuration.kind = .train
    #expect(RunStage.all(configuration, rounds: 1) == [.dense, .summary])
  }

  @Test func placesThatDoNotExistAreRefused() throws {
    let configuration = Self.configuration
    let stages = RunStage.all(configuration, rounds: 2)
    func isPossible(_ change: (inout RunState) -> Void) -> Bool {
      var state = RunState(stage: .dense)
      (state.epoch, state.epochsDone, state.step, state.stepsDone) = (3, 3, 5, 300)
      change(&state)
      return (try? state.check(stages: stages, configuration: configuration, stepsPerEpoch: 97)) != nil
    }
    #expect(isPossible { _ in })
    #expect(isPossible { $0.step = 97 })
    #expect(isPossible { ($0.epoch, $0.epochsDone, $0.step) = (20, 20, 0) })
    #expect(!isPossible { $0.step = 98 })
    #expect(!isPossible { $0.step = -1 })
    #expect(!isPossible { ($0.epoch, $0.epochsDone) = (21, 21) })
    #expect(!isPossible { ($0.epoch, $0.epochsDone) = (20, 20) })
    #expect(!isPossible { $0.epochsDone = 2 })
    #expect(!isPossible { $0.stepsDone = 4 })
    #expect(!isPossible { $0.stage = .finetune(round: 3) })
    #expect(!isPossible { $0.stage = .prune(round: 1) })
    #expect(!isPossible { $0.sums.skipped = 6 })
  }

  @Test func epochsRememberTheBest() {
    var state = RunState(stage: .dense)
    var best: [Bool] = []
    for accuracy in [0.5, 0.7, 0.6, 0.7] {
      state.endEpoch(accuracy: accuracy)
      best.append(state.isBest)
      state.beginEpoch()
    }
    #expect(
      best == [true, true, false, true] && state.bestAccuracy == 0.7 && state.epoch == 4 && state.epochsDone == 4)
    state.begin(.start)
    #expect(state.epoch == 0 && state.epochsDone == 4 && state.bestAccuracy == nil && !state.isBest)
  }

  private func kept(_ entries: [(Int, RunStage, Double?)], newest: Int) -> [Int] {
    CheckpointStore.kept(of: entries.map { .init(step: $0, stage: $1, accuracy: $2) }, newest: newest).sorted()
  }

  @Test func theNewestAndTheBestStay() {
    let dense: [(Int, RunStage, Double?)] = [
      (10, .dense, 0.5), (20, .dense, 0.9), (30, .dense, nil), (40, .dense, 0.8),
    ]
    #expect(kept(dense, newest: 1) == [20, 40])
    #expect(kept(dense, newest: 2) == [20, 30, 40])
    #expect(kept(dense, newest: 9) == [10, 20, 30, 40])
    // The earlier of two that are equally good.
    #expect(kept([(10, .dense, 0.9), (20, .dense, 0.9), (30, .dense, 0.1)], newest: 1) == [10, 30])
    // What was good before pruning is in dense.safetensors.
    #expect(kept(dense + [(50, .finetune(round: 1), 0.2), (60, .finetune(round: 1), 0.1)], newest: 1) == [50, 60])
    #expect(kept([], newest: 3) == [])
  }

  @Test func namesSortByStep() {
    #expect(CheckpointStore.name(step: 7) == "step-00000007.safetensors")
    #expect(CheckpointStore.name(step: 123_456_789) == "step-123456789.safetensors")
  }

  @Test func ranksThatDifferFromMostAreNamed() {
    func text(_ hashes: String) -> String {
      RankHash.describe(hashes.enumerated().map { RankHash(rank: $0, host: "h\($0)", hash: String($1)) })
    }
    #expect(text("aaba") == "rank 2 on host h2 has b, the other 3 have a")
    #expect(text("ab") == "rank 0 on host h0 has a, rank 1 on host h1 has b")
    #expect(text("aabb").hasPrefix("rank 0 on host h0 has a, rank 1"))
  }
}
