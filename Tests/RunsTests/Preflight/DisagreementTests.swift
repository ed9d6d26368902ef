import Runs
import Testing

/// Who is named when ranks differ.
struct DisagreementTests {
  private func ranks(_ values: [(host: String, value: String)]) -> [RankFacts] {
    values.map { RankFacts(host: $0.host, facts: [.init("the program", $0.value), .init("the command", "run")]) }
  }

  private func text(_ values: [(host: String, value: String)]) -> [String] {
    Disagreement.among(ranks(values)).map(\.description)
  }

  @Test func ranksThatAgreeAreNotMentioned() {
    #expect(text([("a", "1"), ("a", "1"), ("b", "1")]).isEmpty)
  }

  @Test func whoDiffersComesFirstAndWithItsHost() {
    let values = (0..<6).map { ($0 < 3 ? "node1" : "node2", $0 == 5 ? "new" : "old") }
    #expect(text(values) == ["the program: rank 5 on node2 has new; ranks 0-4 have old"])
  }

  @Test func halvesAndManyGroupsAreAllPlaced() {
    #expect(text([("a", "x"), ("b", "y")]) == ["the program: rank 1 on b has y; rank 0 on a has x"])
    #expect(
      text([("a", "x"), ("b", "y"), ("c", "z"), ("c", "z")])
        == ["the program: rank 1 on b has y; rank 0 on a has x; ranks 2-3 on c have z"])
  }

  @Test func hostsWithoutEndAreCounted() {
    let values = (0..<9).map { ("n\($0)", $0 < 6 ? "x" : "y") } + (9..<20).map { ("n\($0)", "y") }
    #expect(text(values) == ["the program: ranks 0-5 on n0, n1, n2 and 3 more have x; ranks 6-19 have y"])
  }

  @Test func aFactThatARankLacksIsADifference() {
    var all = ranks([("a", "1"), ("b", "1")])
    all[1].facts.append(.init("the data file x.bin", "5 bytes"))
    #expect(
      Disagreement.among(all).map(\.description)
        == ["the data file x.bin: rank 1 on b has 5 bytes; rank 0 on a has none"])
  }
}
