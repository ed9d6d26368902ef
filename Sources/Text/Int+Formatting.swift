import Foundation

extension Int {
  /// With a comma between thousands: `11,166,912`.
  public var grouped: String {
    let digits = String(magnitude)
    var text = ""
    for (position, digit) in digits.enumerated() {
      if position > 0 && (digits.count - position) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return self < 0 ? "-" + text : text
  }

  /// So many of something: `1 rank`, `8 ranks`.
  ///
  /// - Parameter many: what several are called; nil for `one` with an s.
  public func counted(_ one: String, _ many: String? = nil) -> String {
    "\(self) \(self == 1 ? one : many ?? one + "s")"
  }

  /// To one decimal of its power of a thousand: `950`, `9.4 k`, `21.7 M`, `1.8 G`.
  public var abbreviated: String { scaled(units: ["", "k", "M", "G", "T", "P", "E"]) }

  /// As a number of bytes, in powers of a thousand: `512 B`, `44.7 MB`.
  public var bytes: String { scaled(units: ["B", "kB", "MB", "GB", "TB", "PB", "EB"]) }

  private func scaled(units: [String]) -> String {
    var value = Double(self)
    var unit = 0
    // From 999.95 on one decimal would show 1000.0.
    while abs(value) >= (unit == 0 ? 1000 : 999.95) && unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    let number = unit == 0 ? String(self) : value.fixed(1)
    return units[unit].isEmpty ? number : "\(number) \(units[unit])"
  }

  /// This part of `whole` in percent, `39.33 %`. A part that is not all (or not none) never shows as 100 (or 0) percent,
  /// but as `> 99.99 %` (or `< 0.01 %`); no part of nothing is 0.
  public func percent(of whole: Int, digits: Int = 2) -> String {
    guard whole != 0 else { return "\(0.0.fixed(digits)) %" }
    let text = (100 * Double(self) / Double(whole)).fixed(digits)
    let step = pow(10, -Double(digits))
    if self != whole && text == 100.0.fixed(digits) { return "> \((100 - step).fixed(digits)) %" }
    if self != 0 && text == 0.0.fixed(digits) { return "< \(step.fixed(digits)) %" }
    return "\(text) %"
  }
}
