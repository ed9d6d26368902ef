import MPI
import Testing

import Watchdog

/// What a watchdog does, step by step, in a time of the test's own.
struct WatchTests {
  private let inCall = CallActivity.Sample(moment: 7, routine: "MPI_Alltoallv")
  private let outside = CallActivity.Sample(moment: 8, routine: "MPI_Alltoallv")

  private func status(isInCall: Bool = true) -> RankStatus {
    RankStatus(isInCall: isInCall, routine: "MPI_Alltoallv", seconds: 1, work: "dense training", steps: 3)
  }

  private func message(_ kind: WatchMessage.Kind, from rank: Int, to other: Int = 0) -> WatchMessage {
    WatchMessage(kind: kind, job: "job", from: rank, to: other, status: status())
  }

  /// Lets the watch look every tick for so long; returns all that it did, greetings left out.
  private func pass(
    _ seconds: Double, _ watch: inout Watch, _ sample: CallActivity.Sample
  ) -> [(at: Double, action: Watch.Action)] {
    var actions: [(at: Double, action: Watch.Action)] = []
    var elapsed = 0.0
    while elapsed < seconds {
      let pause = watch.pause
      elapsed += pause
      actions += watch.advance(by: pause, sample).filter { $0 != .send(.greeting, to: [0]) }.map { (elapsed, $0) }
    }
    return actions
  }

  @Test func nothingHappensWhileTheRankMovesOn() {
    var watch = Watch(rank: 0, size: 4, timeout: 3)
    for moment in 0..<100 {
      #expect(pass(2.5, &watch, CallActivity.Sample(moment: moment, routine: "MPI_Barrier")).isEmpty)
    }
  }

  /// A long computation is not a wait.
  @Test func timeOutsideOfCallsDoesNotCount() {
    var watch = Watch(rank: 0, size: 4, timeout: 3)
    #expect(pass(1_000, &watch, outside).isEmpty)
  }

  @Test func aCallThatLastsTooLongIsInvestigatedAndReported() throws {
    var watch = Watch(rank: 0, size: 4, timeout: 3)
    let first = pass(3.5, &watch, inCall)
    #expect(first.map(\.action) == [.send(.inquiry, to: [1, 2, 3])])
    #expect(try #require(first.first).at >= 3)
    #expect(watch.receive(message(.answer, from: 1)).isEmpty)
    #expect(watch.receive(message(.answer, from: 3)).isEmpty)
    let rest = pass(Watch.patience + 0.05, &watch, inCall).map(\.action)
    // The silent one is asked again and again.
    #expect(rest.dropLast().count >= 4 && rest.dropLast().allSatisfy { $0 == .send(.inquiry, to: [2]) })
    #expect(rest.last == .report([1: status(), 3: status()]))
  }

  @Test func noTimeIsLostWhenAllHaveAnswered() {
    var watch = Watch(rank: 0, size: 2, timeout: 3)
    _ = pass(3.5, &watch, inCall)
    _ = watch.receive(message(.answer, from: 1))
    #expect(watch.advance(by: 0.1, inCall) == [.report([1: status()])])
  }

  @Test func aCallThatEndsWhileOthersAreAskedIsForgiven() {
    var watch = Watch(rank: 0, size: 2, timeout: 3)
    #expect(pass(3.5, &watch, inCall).count == 1)
    #expect(pass(100, &watch, outside).isEmpty)
    // The next one gets all the time again.
    let next = CallActivity.Sample(moment: 9, routine: "MPI_Allgatherv")
    #expect(pass(2.9, &watch, next).isEmpty)
    #expect(!pass(1, &watch, next).isEmpty)
  }

  /// `scontrol suspend` stops a job for hours; afterwards all ranks have been in their call for hours.
  @Test func timeInWhichTheProcessWasStoppedDoesNotCount() {
    var watch = Watch(rank: 0, size: 2, timeout: 300)
    _ = watch.advance(by: 1, inCall)
    #expect(watch.advance(by: 7_200, inCall).isEmpty)
    #expect(watch.seconds < 5)
    #expect(watch.advance(by: -7_200, inCall).isEmpty)
    #expect(watch.seconds >= 0)
  }

  @Test(arguments: [3.0, 300.0])
  func theLowestRankSpeaks(timeout: Double) throws {
    // Rank 1 begins to wait, or to look, a whole tick before rank 0.
    var watches = [Watch(rank: 0, size: 2, timeout: timeout), Watch(rank: 1, size: 2, timeout: timeout)]
    _ = watches[1].advance(by: watches[1].tick, inCall)
    var speaker: Int?
    while speaker == nil {
      for rank in 0..<2 {
        for action in watches[rank].advance(by: watches[rank].tick, inCall) {
          if case .send(.inquiry, _) = action, speaker == nil { speaker = rank }
        }
      }
    }
    #expect(speaker == 0)
  }

  @Test func whoIsAskedAnswersAndStandsBack() {
    var watch = Watch(rank: 1, size: 3, timeout: 3)
    _ = pass(2.5, &watch, inCall)
    #expect(watch.receive(message(.inquiry, from: 0, to: 1)) == [.send(.answer, to: [0])])
    #expect(pass(Watch.deference - 0.5, &watch, inCall).isEmpty)
    // The asker has said nothing since: it is gone as well.
    #expect(pass(1, &watch, inCall).map(\.action).first == .send(.inquiry, to: [0, 2]))
  }

  @Test func ofTwoAskersTheLowerGoesOn() {
    var lower = Watch(rank: 1, size: 3, timeout: 3)
    var higher = Watch(rank: 2, size: 3, timeout: 3)
    #expect(pass(4, &lower, inCall).first?.action == .send(.inquiry, to: [0, 2]))
    #expect(pass(4, &higher, inCall).first?.action == .send(.inquiry, to: [0, 1]))
    #expect(lower.receive(message(.inquiry, from: 2, to: 1)) == [.send(.answer, to: [2])])
    #expect(higher.receive(message(.inquiry, from: 1, to: 2)) == [.send(.answer, to: [1])])
    _ = lower.receive(message(.answer, from: 2, to: 1))
    #expect(pass(Watch.patience + 0.05, &lower, inCall).last?.action == .report([2: status()]))
    #expect(pass(Watch.patience, &higher, inCall).isEmpty)
  }

  @Test func aVerdictEndsTheProcess() {
    var watch = Watch(rank: 1, size: 3, timeout: 3)
    #expect(watch.receive(message(.verdict, from: 0, to: 1)) == [.leave])
  }

  @Test func ranksGreetTheFirstUntilItAnswers() {
    var watch = Watch(rank: 5, size: 8, timeout: 300)
    func greetings(_ seconds: Int) -> Int {
      (0..<seconds).reduce(0) { count, _ in count + watch.advance(by: 1, outside).count }
    }
    #expect(greetings(3) == 3)
    _ = watch.receive(message(.answer, from: 0, to: 5))
    #expect(watch.heard == [0] && greetings(100) == 0)
    var deaf = Watch(rank: 5, size: 8, timeout: 300)
    #expect((0..<100).reduce(0) { count, _ in count + deaf.advance(by: 1, outside).count } == 10)
    var first = Watch(rank: 0, size: 8, timeout: 300)
    #expect(first.advance(by: 1, outside).isEmpty)
    #expect(first.receive(message(.greeting, from: 5)) == [.send(.answer, to: [5])])
  }
}
