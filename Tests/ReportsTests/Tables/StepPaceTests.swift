import Reports
import Text
import Testing

struct StepPaceTests {
  @Test func firstSteps() {
    var pace = StepPace(after: 7, at: 100, window: 3)
    #expect(pace.timeLeft(after: 7, of: 20, at: 101) == nil)
    #expect(pace.timeLeft(after: 8, of: 20, at: 102) == 24)
    #expect(pace.timeLeft(after: 9, of: 20, at: 106) == 33)
  }

  /// What pruning made faster is soon forgotten, and an evaluation counts until an epoch has passed.
  @Test func lastEpochOnly() {
    var pace = StepPace(after: 0, at: 0, window: 4)
    let ends = [10.0, 20, 30, 40, 41, 42, 43, 46, 47]
    let left = ends.enumerated().map { pace.timeLeft(after: $0.offset + 1, of: 20, at: $0.element) }
    #expect(left[3] == 160)
    #expect(left[7] == 18)
    #expect(left[8] == 16.5)
  }

  @Test func stepsLeftOut() {
    var pace = StepPace(after: 0, at: 0, window: 4)
    #expect(pace.timeLeft(after: 1, of: 10, at: 2) == 18)
    #expect(pace.timeLeft(after: 6, of: 10, at: 12) == 10)
    #expect(pace.timeLeft(after: 10, of: 10, at: 20) == 0)
  }
}
