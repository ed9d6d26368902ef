import Foundation

extension Double {
  /// With this many digits behind the point, rounded as C's `printf` and Python's `format` do.
  public func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }

  /// To this many significant digits, without trailing zeros: `0.1`, `0.00025`, `1e-06`.
  public func significant(_ digits: Int) -> String { String(format: "%.\(digits)g", self) }

  /// A fraction in percent, with this many digits behind the point: `93.12 %`.
  public func percent(_ digits: Int = 2) -> String { "\((100 * self).fixed(digits)) %" }

  /// A fraction in percent, as short as it is true to so many digits: `98 %`, `99.95 %`.
  public func briefPercent(_ digits: Int = 4) -> String { "\((100 * self).significant(digits)) %" }

  /// As a factor: `3.7×`, `1,250×`.
  public var factor: String {
    guard isFinite, abs(self) < 1e15 else { return "\(self)×" }
    return abs(self) < 99.95 ? "\(fixed(1))×" : "\(Int(rounded()).grouped)×"
  }
}
