import Pruning
import Testing

struct PruningScheduleTests {
  /// The counts of successive calls in Python: `pruned += round(rate * (n - pruned))`, and `round(0.98 * n)` at the end.
  @Test(arguments: [
    (0.98, 1, [10_943_574]),
    (0.98, 3, [8_135_746, 10_344_127, 10_943_574]),
    (0.5, 2, [3_270_713, 5_583_456]),
    (0.0, 3, [0, 0, 0]),
  ])
  func equalRelativeRates(total: Double, iterations: Int, counts: [Int]) throws {
    let schedule = try PruningSchedule(total: total, iterations: iterations)
    #expect(schedule.rounds == iterations)
    #expect(try schedule.cumulativeCounts(of: 11_166_912) == counts)
  }

  @Test func theLastRoundEndsExactlyAtTheTotalWhateverTheSize() throws {
    for size in 0...300 {
      for iterations in [1, 2, 3, 4, 5, 10, 50] {
        for total in [0.0, 0.2198, 0.3097, 0.5, 0.75, 0.98, 0.999] {
          let counts = try PruningSchedule(total: total, iterations: iterations).cumulativeCounts(of: size)
          #expect(counts.count == iterations)
          #expect(counts.last == Int((total * Double(size)).rounded(.toNearestOrEven)))
          #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 <= $1 })
        }
      }
    }
  }

  @Test func roundingInEveryRoundDoesNotPassTheTotal() throws {
    // Uncapped, rounding up twice would take 3 of 8 before the last round, and the total is round(0.3097 × 8) = 2.
    #expect(try PruningSchedule(total: 0.3097, iterations: 4).cumulativeCounts(of: 8) == [1, 2, 2, 2])
  }

  @Test func totalsAreWhatIsPrunedAfterEachRound() throws {
    let schedule = try PruningSchedule(totals: [0.5, 0.5, 0.8, 0.98])
    #expect(try schedule.cumulativeCounts(of: 25) == [12, 12, 20, 24])  // halves to even: 12.5, 24.5
  }

  @Test func amountsAreOfWhatRemains() throws {
    let schedule = try PruningSchedule(amounts: [.fraction(0.5), .fraction(0.5), .count(3)])
    #expect(try schedule.cumulativeCounts(of: 100) == [50, 75, 78])
    #expect(throws: PruningError.countBeyondRemaining(pool: "round 3", found: 3, remaining: 2)) {
      try schedule.cumulativeCounts(of: 8)
    }
  }

  @Test func selectionFollowsTheSchedule() throws {
    let network = SelectionTests.network()
    for scope in PruneScope.allCases {
      for score in [PruneScore.l1, .random] {
        let schedule = try PruningSchedule(total: 0.93, iterations: 4)
        let pools = SelectionTests.pools(network, scope)
        var mask = Mask(allSurviving: network.layout.count)
        for (round, amount) in schedule.amounts.enumerated() {
          mask = try network.select(
            mask, .init(convolutionAmount: amount, linearAmount: amount, scope: scope, score: score, round: round))
          for pool in pools {
            #expect(try pool.count { !mask[$0] } == schedule.cumulativeCounts(of: pool.count)[round])
          }
        }
      }
    }
  }

  @Test func schedulesThatAreNone() {
    #expect(throws: PruningError.noRounds(found: 0)) { try PruningSchedule(total: 0.5, iterations: 0) }
    #expect(throws: PruningError.noRounds(found: -2)) { try PruningSchedule(total: 0.5, iterations: -2) }
    #expect(throws: PruningError.noRounds(found: 0)) { try PruningSchedule(totals: []) }
    #expect(throws: PruningError.noRounds(found: 0)) { try PruningSchedule(amounts: []) }
    #expect(throws: PruningError.fractionOutOfRange(pool: "pruning schedule", found: 1)) {
      try PruningSchedule(total: 1, iterations: 2)
    }
    #expect(throws: PruningError.fractionOutOfRange(pool: "round 2 of the pruning schedule", found: 1.2)) {
      try PruningSchedule(totals: [0.5, 1.2])
    }
    #expect(throws: PruningError.totalsDecrease(round: 2, previous: 0.5, found: 0.4)) {
      try PruningSchedule(totals: [0.5, 0.4])
    }
    #expect(throws: PruningError.negativeCount(pool: "round 1 of the pruning schedule", found: -4)) {
      try PruningSchedule(amounts: [.count(-4)])
    }
  }
}
