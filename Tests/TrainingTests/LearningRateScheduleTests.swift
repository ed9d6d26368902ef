import Foundation
import TestSupport
import Testing
import Training

/// Every step's learning rate against PyTorch's schedulers (`Tests/Golden/schedules.py`).
struct LearningRateScheduleTests {
  struct Case: Decodable, CustomTestStringConvertible {
    let schedule: String
    let peak: Double
    let steps: Int
    let stepsPerEpoch: Int
    let rise: Double?
    let end: Double?
    let milestones: [Int]?
    let factor: Double?
    let rates: [Double]

    var testDescription: String { "\(schedule), peak \(peak), \(steps) steps" }

    func make() throws -> LearningRateSchedule {
      switch schedule {
      case "one-cycle": .oneCycle(rise: try #require(rise), end: end)
      case "cosine": .cosine
      default: .multiStep(milestones: try #require(milestones), factor: try #require(factor))
      }
    }
  }

  @Test(arguments: try Golden.cases("schedules", of: Case.self))
  func ratesAreThoseOfPyTorch(golden: Case) throws {
    let schedule = try golden.make()
    for (step, expected) in golden.rates.enumerated() {
      let rate = schedule.learningRate(
        peak: golden.peak, step: step, steps: golden.steps, stepsPerEpoch: golden.stepsPerEpoch)
      #expect(abs(rate - expected) <= 1e-12 * golden.peak, "step \(step): \(rate), expected \(expected)")
    }
  }

  /// Phases so short that a schedule has no room to move must not divide by zero.
  @Test(arguments: [LearningRateSchedule.constant, .cosine, .oneCycle(rise: 0.2), .oneCycle(rise: 1)], 1...6)
  func shortPhasesHaveFiniteRates(schedule: LearningRateSchedule, steps: Int) {
    for step in 0..<steps {
      let rate = schedule.learningRate(peak: 0.5, step: step, steps: steps, stepsPerEpoch: 1)
      #expect(rate > 0 && rate <= 0.5, "\(schedule), step \(step) of \(steps): \(rate)")
    }
  }

  @Test func constantStays() {
    let schedule = LearningRateSchedule.constant
    #expect(
      (0..<9).allSatisfy { schedule.learningRate(peak: 0.3, step: $0, steps: 9, stepsPerEpoch: 3) == 0.3 })
  }

  /// `config.json` holds schedules; they must come back.
  @Test(
    arguments: [
      LearningRateSchedule.constant, .cosine, .oneCycle(rise: 0.2), .oneCycle(rise: 0.2, end: 0.05),
      .multiStep(milestones: [100, 150], factor: 0.1),
    ])
  func schedulesSurviveJSON(schedule: LearningRateSchedule) throws {
    let data = try JSONEncoder().encode(["schedule": schedule])
    #expect(try JSONDecoder().decode([String: LearningRateSchedule].self, from: data) == ["schedule": schedule])
  }

  /// Runs of older programs do not say where a cycle ends.
  @Test func anOlderCycleCanBeRead() throws {
    let data = Data(#"{"oneCycle": {"rise": 0.2}}"#.utf8)
    #expect(try JSONDecoder().decode(LearningRateSchedule.self, from: data) == .oneCycle(rise: 0.2))
  }
}
