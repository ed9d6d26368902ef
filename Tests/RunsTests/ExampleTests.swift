import TestSupport
import Testing

/// A program that trains, prunes and fine-tunes through the libraries alone.
struct ExampleTests {
  @Test func tenLinesPruneOnAnyNumberOfRanks() throws {
    let outputs = try [1, 2].map { ranks in
      let result = try mpirun(ranks: ranks, program: "prune-in-ten-lines", timeout: 120)
      try #require(result.succeeded, "\(result)")
      return result.outputLines
    }
    #expect(outputs[0] == outputs[1])
    let names = ["before pruning", "pruned", "fine-tuned"]
    #expect(outputs[0].count == 4 && zip(outputs[0], names).allSatisfy { $0.hasSuffix("% right \($1)") })
    #expect(outputs[0].last?.wholeMatch(of: /weights [0-9a-f]{32}, 0\.[89]\d* of them pruned/) != nil, "\(outputs)")
  }
}
