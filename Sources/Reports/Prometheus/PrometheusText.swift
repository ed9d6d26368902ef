import Foundation

/// Figures in Prometheus' text format, version 0.0.4, as the textfile collector of its node exporter reads them.
struct PrometheusText {
  enum Kind: String {
    case gauge
    case counter
  }

  private(set) var text = ""
  private let labels: [(String, String)]

  /// - Parameter labels: of every figure.
  init(labels: [(String, String)]) { self.labels = labels }

  /// Adds a figure; nothing where there is none.
  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double?) {
    add(name, kind, help, value.map { [([], $0)] } ?? [])
  }

  /// Adds a figure that comes several times, with other labels each.
  mutating func add(
    _ name: String, _ kind: Kind, _ help: String, _ values: [(labels: [(String, String)], value: Double)]
  ) {
    guard !values.isEmpty else { return }
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    for (own, value) in values {
      let all = (labels + own).map { "\($0)=\"\(Self.escape($1))\"" }.joined(separator: ",")
      text += "\(name){\(all)} \(Self.number(value))\n"
    }
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }

  private static func escape(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
