import MPI
import Testing

struct RankRangesTests {
  @Test func ranksAreListedInRanges() {
    #expect(RankRanges.text([7]) == "rank 7")
    #expect(RankRanges.text([3, 1, 2, 9, 5, 6]) == "ranks 1-3, 5-6, 9")
  }
}
