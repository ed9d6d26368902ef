import ArgumentParser
import Reports
import Text

/// What a link carries, such as `10Gbit`, `100Mbit` or `1.2GB` a second; a bare number is in Gbit.
struct Bandwidth: ExpressibleByArgument, Equatable {
  /// In bytes.
  let perSecond: Double

  private static let units: [(name: String, bytes: Double)] = [
    ("gbit", 1e9 / 8), ("mbit", 1e6 / 8), ("gb", 1e9), ("mb", 1e6), ("", 1e9 / 8),
  ]

  static let common = Bandwidth(perSecond: 10e9 / 8)

  var defaultValueDescription: String { "\((8 * perSecond / 1e9).significant(4))Gbit" }

  private init(perSecond: Double) { self.perSecond = perSecond }

  init?(argument: String) {
    guard let value = quantity(argument, Self.units), value > 0 else { return nil }
    perSecond = value
  }
}

/// A time, such as `25us`, `1.5ms` or `0.1s`; a bare number is in microseconds.
struct Latency: ExpressibleByArgument, Equatable {
  let seconds: Double

  private static let units: [(name: String, seconds: Double)] = [
    ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("", 1e-6),
  ]

  static let common = Latency(seconds: 30e-6)

  var defaultValueDescription: String { "\((1e6 * seconds).significant(4))us" }

  private init(seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    guard let value = quantity(argument, Self.units), value >= 0 else { return nil }
    seconds = value
  }
}

/// A finite number with one of some units at its end, in lower case.
private func quantity(_ text: String, _ units: [(name: String, Double)]) -> Double? {
  let text = text.lowercased()
  guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return nil }
  guard let number = Double(text.dropLast(unit.name.count)), (number * unit.1).isFinite else { return nil }
  return number * unit.1
}
