import Images
import Runs
import Testing
import Training

/// Whether a run's end is told in time.
struct RunPaceTests {
  private let steps = RunSteps(dense: 1_000, finetune: 500, rounds: 2, epoch: 100)

  /// The notes of a run whose steps take two seconds, on a clock that began 10 seconds before the first one's end.
  private func notes(end: Double, testImages: Int = 0, from first: Int = 1) -> [(step: Int, text: String)] {
    var pace = RunPace(steps: steps, testImages: testImages, imagesPerEpoch: 1_000, end: end)
    return (first...first + 200).compactMap { step in
      pace.note(step: step, of: .dense, round: 0, at: 10 + 2 * Double(step - first)).map { (step, $0) }
    }
  }

  @Test func stepsAreCountedPhaseByPhase() {
    #expect(steps.left(after: 0, of: .dense, round: 0) == 2_000)
    #expect(steps.left(after: 900, of: .dense, round: 0) == 1_100)
    #expect(steps.left(after: 0, of: .prune, round: 1) == 1_000)
    #expect(steps.left(after: 0, of: .prune, round: 2) == 500)
    #expect(steps.left(after: 100, of: .finetune, round: 1) == 900)
    #expect(steps.left(after: 500, of: .finetune, round: 2) == 0)
  }

  @Test func enoughTimeIsNoNews() {
    // After 21 steps, at 50 s, 1,979 steps of 2 s are left.
    #expect(notes(end: 50 + 3_960).isEmpty)
  }

  @Test func tooLittleTimeIsSaidOnce() throws {
    let notes = notes(end: 50 + 3_600)
    let note = try #require(notes.first)
    #expect(notes.count == 1 && note.step == RunPace.measuredSteps)
    #expect(note.text.contains("needs 1 h 06 min more") && note.text.contains("ends it in 1 h 00 min"), "\(note.text)")
  }

  @Test func evaluationCounts() {
    #expect(notes(end: 50 + 3_960, testImages: 300).count == 1)
  }

  @Test func aRunThatGoesOnCountsFromWhereItIs() {
    #expect(notes(end: 50 + 2_300, from: 900).isEmpty)
    #expect(notes(end: 50 + 2_100, from: 900).count == 1)
  }

  @Test func configurationsAreCounted() throws {
    var configuration = Recipe.quick.configuration
    (configuration.dense.epochs, configuration.finetune.epochs) = (30, 20)
    configuration.pruning.course = .rounds(3, to: .fraction(0.9))
    func steps() throws -> RunSteps {
      RunSteps(configuration, outline: try RunOutline(configuration, data: CIFARDataset(.synthetic), ranks: 1))
    }
    #expect(try steps() == RunSteps(dense: 30 * 10, finetune: 20 * 10, rounds: 3, epoch: 10))
    configuration.kind = .prune
    #expect(try steps().dense == 0)
    configuration.kind = .train
    #expect(try steps().rounds == 0)
  }
}
