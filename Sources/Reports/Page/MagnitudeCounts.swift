import Foundation

/// How many weights have which size: a histogram of fixed bins, so that those of any layers, moments and runs can be added
/// and compared.
///
/// Bins are even in the logarithm of the magnitude, eight for each power of ten, one list for each sign.
public struct MagnitudeCounts: Sendable, Equatable, Codable {
  /// The powers of ten that the bins cover.
  private static let (lowest, highest) = (-6, 1)
  private static let binsPerDecade = 8
  private static let binCount = (highest - lowest) * binsPerDecade

  /// The limits of the magnitudes' bins, rising: one more than there are bins.
  public static let limits = (0...binCount).map { pow(10, Double(lowest) + Double($0) / Double(binsPerDecade)) }

  /// The weights nearer to zero than the first limit.
  public private(set) var small = 0
  /// A bin's negative weights; larger ones than the last limit are in the last bin.
  public private(set) var negative = [Int](repeating: 0, count: binCount)
  /// A bin's positive weights.
  public private(set) var positive = [Int](repeating: 0, count: binCount)

  /// The least and the greatest weight; nil where there are none.
  public private(set) var least: Float?
  public private(set) var greatest: Float?
  public private(set) var sum = 0.0
  public private(set) var sumOfSquares = 0.0

  public init() {}

  /// A bin's weights of either sign.
  public var magnitudes: [Int] { zip(negative, positive).map { $0 + $1 } }

  /// All weights.
  public var total: Int { magnitudes.reduce(small, +) }

  /// Counts one more weight.
  mutating func add(_ weight: Float) {
    // What is no finite number has no place among others.
    guard weight.isFinite else { return }
    least = min(least ?? weight, weight)
    greatest = max(greatest ?? weight, weight)
    sum += Double(weight)
    sumOfSquares += Double(weight) * Double(weight)
    let place = (log10(abs(weight)) - Float(Self.lowest)) * Float(Self.binsPerDecade)
    // Zero's logarithm is below all.
    guard place >= 0 else {
      small += 1
      return
    }
    let bin = place < Float(Self.binCount) ? Int(place) : Self.binCount - 1
    if weight < 0 { negative[bin] += 1 } else { positive[bin] += 1 }
  }

  public static func + (one: MagnitudeCounts, other: MagnitudeCounts) -> MagnitudeCounts {
    var sum = one
    sum.small += other.small
    sum.least = [one.least, other.least].compactMap { $0 }.min()
    sum.greatest = [one.greatest, other.greatest].compactMap { $0 }.max()
    sum.sum += other.sum
    sum.sumOfSquares += other.sumOfSquares
    for bin in 0..<binCount {
      sum.negative[bin] += other.negative[bin]
      sum.positive[bin] += other.positive[bin]
    }
    return sum
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    small = try values.decode(Int.self, forKey: .small)
    least = try values.decodeIfPresent(Float.self, forKey: .least)
    greatest = try values.decodeIfPresent(Float.self, forKey: .greatest)
    sum = try values.decode(Double.self, forKey: .sum)
    sumOfSquares = try values.decode(Double.self, forKey: .sumOfSquares)
    negative = try values.decode([Int].self, forKey: .negative)
    positive = try values.decode([Int].self, forKey: .positive)
    guard negative.count == Self.binCount, positive.count == Self.binCount else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "histograms of \(negative.count) and \(positive.count) bins, expected \(Self.binCount)"))
    }
  }
}
