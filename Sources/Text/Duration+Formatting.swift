extension Duration {
  /// In the two units that matter: `1 d 03 h`, `1 h 02 min`, `2 min 05 s`, `12.3 s`, `850 ms`.
  public var brief: String {
    guard self >= .zero else { return "-\((.zero - self).brief)" }
    if self < .milliseconds(999.5) { return "\(Int((self / .milliseconds(1)).rounded())) ms" }
    if self < .seconds(59.95) { return "\((self / .seconds(1)).fixed(1)) s" }
    let seconds = Int((self / .seconds(1)).rounded())
    if seconds < 3600 { return "\(seconds / 60) min \(Self.padded(seconds % 60)) s" }
    let minutes = (seconds + 30) / 60
    if minutes < 24 * 60 { return "\(minutes / 60) h \(Self.padded(minutes % 60)) min" }
    let hours = (minutes + 30) / 60
    return "\(hours / 24) d \(Self.padded(hours % 24)) h"
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
