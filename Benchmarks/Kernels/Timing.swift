/// The seconds that a run takes, measured several times.
struct Timing {
  private(set) var seconds: [Double] = []

  /// Measures as many runs as 5 ms hold.
  mutating func measure(_ run: () -> Void) {
    let clock = ContinuousClock()
    let start = clock.now
    var runs = 0
    var elapsed = Duration.zero
    repeat {
      run()
      runs += 1
      elapsed = clock.now - start
    } while elapsed < .milliseconds(5)
    seconds.append(elapsed / .seconds(1) / Double(runs))
  }

  var median: Double { seconds.sorted()[seconds.count / 2] }
  var best: Double { seconds.min() ?? 0 }
}
