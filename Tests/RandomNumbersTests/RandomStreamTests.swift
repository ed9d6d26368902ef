import Foundation
import RandomNumbers
import Testing

/// Expected values come from `Tests/Golden/random_numbers.py`.
@Suite struct RandomStreamTests {
  @Test("Philox4x32-10 gives Random123's known answers (tests/kat_vectors)")
  func knownAnswers() {
    let ones = UInt32.max
    #expect(
      Philox4x32.block(counter: .zero, key: .zero) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox4x32.block(counter: SIMD4(repeating: ones), key: SIMD2(repeating: ones))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox4x32.block(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test("A stream is the words of its key's blocks in order")
  func words() {
    var stream = RandomStream(seed: 0x0123_4567_89AB_CDEF, purpose: .augmentation, epoch: 7, index: 49_999)
    let expected: [UInt32] = [
      0x3A09_9719, 0xE67F_F72F, 0xE54C_5B72, 0x592C_1441, 0x84B2_33DA, 0x7372_00FA, 0x2CC3_8FC0, 0x61DD_9D9A,
      0x0E21_3B2B, 0xC96B_DB40,
    ]
    #expect((0..<10).map { _ in stream.nextWord() } == expected)

    var wide = RandomStream(seed: 0x0123_4567_89AB_CDEF, purpose: .augmentation, epoch: 7, index: 49_999)
    #expect(wide.nextWord() == 0x3A09_9719)
    #expect(wide.next() == 0xE54C_5B72_E67F_F72F)
    #expect(wide.next() == 0x84B2_33DA_592C_1441, "crosses the end of a block")
  }

  @Test("Each part of the key changes the stream")
  func keys() {
    var firsts = Set<UInt64>()
    for seed: UInt64 in [0, 1, 1 << 32] {
      for purpose in Purpose.allCases {
        for epoch in 0..<3 {
          for index in 0..<3 {
            var stream = RandomStream(seed: seed, purpose: purpose, epoch: epoch, index: index)
            firsts.insert(stream.next())
          }
        }
      }
    }
    #expect(firsts.count == 3 * Purpose.allCases.count * 9)
  }

  @Test("Purposes keep their numbers, or old runs could not be repeated")
  func purposes() {
    #expect(Purpose.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
    #expect(Purpose.augmentation.rawValue == 2)
  }

  @Test("Permutations and bounded integers agree with the reference in Python")
  func reference() {
    var stream = RandomStream(seed: 42, purpose: .permutation, epoch: 3)
    #expect(
      stream.permutation(count: 20) == [6, 13, 2, 19, 5, 10, 8, 14, 3, 0, 1, 15, 9, 12, 17, 7, 4, 18, 16, 11])

    // With this bound three draws in ten are rejected.
    var bounded = RandomStream(seed: 42, purpose: .pruning)
    #expect(
      (0..<8).map { _ in bounded.integer(below: 3_000_000_000) } == [
        1_933_838_451, 1_552_428_834, 2_806_620_581, 1_314_768_730, 2_300_174_555, 1_692_154_423, 929_654_977,
        431_461_934,
      ])
  }

  @Test("A permutation holds every number once", arguments: [0, 1, 2, 3, 512, 50_000])
  func permutation(count: Int) {
    var stream = RandomStream(seed: 1, purpose: .permutation, epoch: 2)
    #expect(stream.permutation(count: count).sorted() == (0..<count).map { Int32($0) })
  }

  @Test("The 24 orders of four numbers are equally frequent")
  func uniformPermutations() {
    var counts: [[Int32]: Int] = [:]
    for index in 0..<24_000 {
      var stream = RandomStream(seed: 3, purpose: .permutation, index: index)
      counts[stream.permutation(count: 4), default: 0] += 1
    }
    let chiSquare = counts.values.reduce(0.0) { $0 + pow(Double($1) - 1000, 2) / 1000 }
    #expect(counts.count == 24)
    #expect(chiSquare < 49.7, "23 degrees of freedom: exceeded once in 1000 seeds")
  }

  @Test("Bounded integers are in range and equally frequent", arguments: [1, 2, 9, 10, 100] as [UInt32])
  func integers(bound: UInt32) {
    var stream = RandomStream(seed: 4, purpose: .augmentation)
    var counts = [Int](repeating: 0, count: Int(bound))
    for _ in 0..<(1000 * Int(bound)) { counts[Int(stream.integer(below: bound))] += 1 }
    #expect(counts.allSatisfy { abs($0 - 1000) < 160 })
  }

  @Test("Uniform numbers fill [0, 1)")
  func uniform() {
    var stream = RandomStream(seed: 5, purpose: .augmentation)
    let draws = (0..<100_000).map { _ in stream.uniform() }
    #expect(draws.allSatisfy { (0..<1).contains($0) })
    #expect(abs(draws.reduce(0, +) / 100_000 - 0.5) < 0.004)
  }
}
