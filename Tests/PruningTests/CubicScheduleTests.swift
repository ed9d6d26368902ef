import Foundation
import Pruning
import Testing

struct CubicScheduleTests {
  /// From `s_f + (s_i - s_f) * (1 - (t - t0) / (t1 - t0)) ** 3` in Python, with s_i = 0.
  @Test func epochsAndTotals() throws {
    let schedule = try CubicSchedule(firstEpoch: 2, lastEpoch: 12, interval: 3)
    #expect(schedule.epochs == [5, 8, 11, 12])
    let expected = [0.64386, 0.91728, 0.97902, 0.98]
    #expect(zip(schedule.totals(to: 0.98), expected).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(try CubicSchedule(firstEpoch: 0, lastEpoch: 4, interval: 2).fractions == [0.875, 1])
    #expect(try CubicSchedule(firstEpoch: 0, lastEpoch: 1).epochs == [1])
  }

  @Test func totalsGrowAndEndExactly() throws {
    for last in 1...30 {
      for first in 0..<last {
        for interval in 1...(last - first) {
          let schedule = try CubicSchedule(firstEpoch: first, lastEpoch: last, interval: interval)
          let totals = schedule.totals(to: 0.98)
          #expect(totals.last == 0.98 && totals.count == schedule.epochs.count && totals[0] > 0)
          #expect(zip(totals, totals.dropFirst()).allSatisfy { $0 < $1 })
          #expect(zip(schedule.epochs, schedule.epochs.dropFirst()).allSatisfy { $0 < $1 })
          _ = try PruningSchedule(totals: totals)
        }
      }
    }
  }

  @Test(arguments: [(-1, 4, 1), (4, 4, 1), (5, 4, 1), (0, 4, 0), (0, 4, 5)])
  func epochsOutOfOrder(first: Int, last: Int, interval: Int) throws {
    #expect(throws: PruningError.epochsOutOfOrder(from: first, to: last, every: interval)) {
      try CubicSchedule(firstEpoch: first, lastEpoch: last, interval: interval)
    }
    let json = Data("{\"firstEpoch\":\(first),\"lastEpoch\":\(last),\"interval\":\(interval)}".utf8)
    #expect(throws: PruningError.self) { try JSONDecoder().decode(CubicSchedule.self, from: json) }
  }

  @Test func partsOfATarget() {
    #expect(PruneTarget.multiplyAdds(0.2).part(0.5) == .multiplyAdds(1 - 0.8 * 0.5))
    #expect(PruneTarget.speedup(4).part(1) == .speedup(4))
    #expect(abs(1 / PruneTarget.speedup(4).part(0.5).share - 1.6) < 1e-12)
  }
}
