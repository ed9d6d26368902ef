import Foundation
import Reports
import Testing

struct TicksTests {
  @Test(arguments: [
    (0.0...1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0...30, [0, 10, 20, 30]), (0.781...0.843, [0.8, 0.82, 0.84]),
    (-1.5...2.5, [-1, 0, 1, 2]), (0...0, [0]), (1e9...5e9, [1e9, 2e9, 3e9, 4e9, 5e9]),
    (0...1e-7, [0, 2e-8, 4e-8, 6e-8, 8e-8, 1e-7]),
  ])
  func ticksAreRound(range: ClosedRange<Double>, expected: [Double]) {
    let ticks = Ticks.linear(range)
    #expect(ticks.count == expected.count, "\(ticks)")
    for (tick, value) in zip(ticks, expected) { #expect(abs(tick - value) <= 1e-12 * max(1, abs(value)), "\(ticks)") }
  }

  /// Whatever the range: two to twelve ticks of even steps, within it.
  @Test func ticksFitAnyRange() {
    var state: UInt64 = 7
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 53)
    }
    for _ in 0..<2000 {
      let low = (next() - 0.5) * pow(10, 12 * next() - 6)
      let range = low...low + pow(10, 12 * next() - 6) + abs(low) * 1e-3
      let widened = Ticks.widened(range)
      #expect(widened.lowerBound <= range.lowerBound + 1e-6 * (range.upperBound - range.lowerBound))
      #expect(widened.upperBound >= range.upperBound - 1e-6 * (range.upperBound - range.lowerBound))
      let ticks = Ticks.linear(widened)
      #expect((2...12).contains(ticks.count), "\(range): \(ticks)")
      let steps = zip(ticks, ticks.dropFirst()).map { $1 - $0 }
      #expect((steps.max() ?? 0) - (steps.min() ?? 0) < 1e-6 * (steps.max() ?? 1), "\(range): \(ticks)")
    }
  }

  @Test func countedThingsHaveWholeTicks() {
    #expect(Ticks.linear(0...3, leastStep: 1) == [0, 1, 2, 3])
    #expect(Ticks.linear(0...1, leastStep: 1) == [0, 1])
    #expect(Ticks.linear(0...400, leastStep: 1) == [0, 100, 200, 300, 400])
  }

  @Test func logarithmicTicksArePowersOfTen() {
    let ticks = Ticks.logarithmic(1e-4...1).map { log10($0).rounded() }
    #expect(ticks == [-4, -3, -2, -1, 0])
    #expect(Ticks.logarithmic(1...50).map { $0.rounded() } == [1, 2, 5, 10, 20, 50])
    #expect(Ticks.logarithmic(1e-9...1e9).count <= 6)
  }

  /// Not a number, infinite, or nothing at all: still an axis.
  @Test func strangeValuesDoNotEndTheProgram() {
    for values in [[], [.nan], [.infinity], [1], [0, 0], [-1e300, 1e300], [1e-320, 2e-320]] as [[Double]] {
      let axis = Axis(covering: values, format: { "\($0)" })
      #expect(axis.domain.lowerBound < axis.domain.upperBound && axis.ticks.count < 1000, "\(values)")
    }
  }

  @Test func placesRunFromZeroToOne() {
    let linear = Axis(domain: 10...20, format: { "\($0)" })
    #expect([10, 15, 20].map { linear.place($0) } == [0, 0.5, 1])
    let logarithmic = Axis(domain: 1e-4...1, scale: .logarithmic, format: { "\($0)" })
    for (value, place) in [(1e-4, 0.0), (1e-2, 0.5), (1, 1)] {
      #expect(abs(logarithmic.place(value) - place) < 1e-12)
    }
  }
}
