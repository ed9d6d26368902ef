import Foundation

/// Round numbers to mark an axis with.
public enum Ticks {
  /// Multiples of 1, 2 or 5 times a power of ten that lie in a range, about `count` of them.
  ///
  /// - Parameter leastStep: how near to each other they may be, such as 1 for things that are counted.
  public static func linear(_ range: ClosedRange<Double>, count: Int = 5, leastStep: Double = 0) -> [Double] {
    let step = Self.step(range, count: count, least: leastStep)
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard first.isFinite, last.isFinite, first <= last, last - first < 1000 else { return [range.lowerBound] }
    // Multiples by whole numbers: sums of steps drift.
    return stride(from: first, through: last, by: 1).map { $0 * step + 0 }
  }

  /// The smallest range of whole steps that holds the values' range.
  public static func widened(
    _ range: ClosedRange<Double>, count: Int = 5, leastStep: Double = 0
  ) -> ClosedRange<Double> {
    let step = Self.step(range, count: count, least: leastStep)
    let low = (range.lowerBound / step + 1e-9).rounded(.down) * step
    let high = (range.upperBound / step - 1e-9).rounded(.up) * step
    guard low.isFinite, high.isFinite, low < high else { return low...(low + step) }
    return low...high
  }

  /// Powers of ten in a range of positive numbers; where they would be fewer than three, 2 and 5 times them too.
  public static func logarithmic(_ range: ClosedRange<Double>, count: Int = 5) -> [Double] {
    let low = Int(log10(range.lowerBound).rounded(.down))
    let high = Int(log10(range.upperBound).rounded(.up))
    func within(_ value: Double) -> Bool {
      range.lowerBound * (1 - 1e-9) <= value && value <= range.upperBound * (1 + 1e-9)
    }
    let decades = (low...max(low, high)).map { pow(10, Double($0)) }.filter(within)
    if decades.count > count {
      let step = (decades.count + count - 1) / count
      return decades.enumerated().filter { $0.offset % step == 0 }.map(\.element)
    }
    guard decades.count < 3 else { return decades }
    let finer = (low...max(low, high)).flatMap { decade in [1, 2, 5].map { $0 * pow(10, Double(decade)) } }
    return finer.filter(within)
  }

  private static func step(_ range: ClosedRange<Double>, count: Int, least: Double) -> Double {
    let length = range.upperBound - range.lowerBound
    let rough = length > 0 && length.isFinite ? length / Double(max(1, count)) : max(abs(range.lowerBound), 1) / 2
    let decade = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * decade }.first { $0 >= rough * (1 - 1e-9) } ?? 10 * decade
    return max(step, least)
  }
}
