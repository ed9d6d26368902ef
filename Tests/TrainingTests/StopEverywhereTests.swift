import Foundation
import TestSupport
import Testing

/// A signal in the midst of selection, evaluation or a report.
struct StopEverywhereTests {
  @Test(arguments: ["rounds", "gradual"], [1, 2])
  func aRunThatIsStoppedAnywhereEndsAlike(kind: String, ranks: Int) throws {
    let scratch = try TemporaryDirectory()
    // Where programs are slow, some of the moments.
    let stride = patience > 1 ? 5 : 1
    let result = try mpirun(
      ranks: ranks, program: "training-faults", arguments: ["stop-everywhere", scratch.url.path(), kind, "\(stride)"],
      timeout: 120)
    try #require(result.succeeded, "\(result)")
    let lines = result.outputLines
    #expect(lines.count == 1, "\(result)")
    let stages = try #require(lines.last?.firstMatch(of: /^(\d+) moments: (.*)$/), "\(result)")
    let stops = stages.2.split(separator: " | ")
    #expect(try #require(Int(stages.1)) == stops.count)
    guard stride == 1 else { return }
    for stage in kind == "rounds"
      ? ["dense training, epoch 1, 6", "pruning, round 1", "pruning, round 2", "fine-tuning, round 1, epoch 1, 6"]
      : ["dense training, epoch 2, 6", "fine-tuning, round 2, epoch 1, 0", "before the summary"]
    {
      #expect(stops.contains { $0.hasPrefix(stage) }, "\(stops)")
    }
    // Nobody looks any more after the last boundary.
    #expect(stops.count { $0 == "not stopped" } == 2, "\(stops)")
  }
}
