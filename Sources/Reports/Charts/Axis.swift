import Foundation

/// One direction of a plot: which values it covers, and how they are marked.
public struct Axis: Sendable {
  public enum Scale: Sendable, Equatable {
    case linear
    /// For positive values.
    case logarithmic
  }

  public let scale: Scale
  public let domain: ClosedRange<Double>
  public let ticks: [Double]
  /// A value as a tick shows it.
  public let format: @Sendable (Double) -> String
  /// What the values are; empty where the plot's title says it.
  public let label: String

  public init(
    _ label: String = "", domain: ClosedRange<Double>, scale: Scale = .linear, ticks: [Double]? = nil,
    format: @escaping @Sendable (Double) -> String
  ) {
    self.label = label
    self.scale = scale
    self.domain = domain
    self.format = format
    self.ticks =
      ticks ?? (scale == .linear ? Ticks.linear(domain) : Ticks.logarithmic(domain))
  }

  /// An axis that covers some values, from round number to round number.
  ///
  /// - Parameters:
  ///   - including: a value that it covers in any case, such as 0.
  ///   - leastStep: how near to each other ticks may be.
  public init(
    _ label: String = "", covering values: [Double], including: Double? = nil, leastStep: Double = 0,
    format: @escaping @Sendable (Double) -> String
  ) {
    let finite = (values + (including.map { [$0] } ?? [])).filter(\.isFinite)
    let range = (finite.min() ?? 0)...(finite.max() ?? 1)
    let domain = Ticks.widened(range, leastStep: leastStep)
    self.init(label, domain: domain, ticks: Ticks.linear(domain, leastStep: leastStep), format: format)
  }

  /// Where a value lies: 0 at the lower end, 1 at the upper one.
  public func place(_ value: Double) -> Double {
    switch scale {
    case .linear:
      return (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    case .logarithmic:
      let low = log(domain.lowerBound)
      return (log(max(value, .leastNormalMagnitude)) - low) / (log(domain.upperBound) - low)
    }
  }
}
