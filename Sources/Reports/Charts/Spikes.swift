/// The few places of a curve that rise so far above all others that an axis which covered them would flatten the rest, as the loss
/// of an epoch does that ran away.
public struct Spikes: Sendable, Equatable {
  /// The greatest value of all other places.
  public let limit: Double
  /// How many places rise above it.
  public let count: Int
  /// The greatest value of all.
  public let greatest: Double

  /// At most one place of so many is a spike, but one may always be.
  private static let placesASpike = 5
  /// How many times as high as all others the least and the greatest spike are at least.
  private static let (least, most) = (2.5, 6.0)

  /// - Returns: nil where there are none, or too few places to tell.
  public init?(_ points: [LineChart.Point]) {
    var peaks: [Double: Double] = [:]
    for point in points where point.x.isFinite && point.y.isFinite {
      peaks[point.x] = max(peaks[point.x] ?? point.y, point.y)
    }
    let falling = peaks.values.sorted(by: >)
    guard falling.count > 3 else { return nil }
    let counts = (1...max(1, falling.count / Self.placesASpike)).reversed()
    let found = counts.first { count in
      let rest = falling[count]
      return rest > 0 && falling[count - 1] > Self.least * rest && falling[0] > Self.most * rest
    }
    guard let found else { return nil }
    (limit, count, greatest) = (falling[found], found, falling[0])
  }
}
