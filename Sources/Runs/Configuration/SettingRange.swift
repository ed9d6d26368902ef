/// Which values a setting can have, in the words of a refusal.
struct SettingRange<Value: SettingValue>: Sendable {
  let contains: @Sendable (Value) -> Bool
  /// What a flag must be, such as `must be at least 1`; nil where a value that is not contained shows later.
  let demand: @Sendable (Value) -> String?
  /// What is expected in `config.json`, such as `1 or more`.
  let expected: String

  init(_ demand: String, expected: String, contains: @escaping @Sendable (Value) -> Bool) {
    self.contains = contains
    self.demand = { contains($0) ? nil : demand }
    self.expected = expected
  }

  private init(
    expected: String, contains: @escaping @Sendable (Value) -> Bool, demand: @escaping @Sendable (Value) -> String?
  ) {
    (self.contains, self.demand, self.expected) = (contains, demand, expected)
  }

  static var any: Self { Self(expected: "", contains: { _ in true }, demand: { _ in nil }) }
}

extension SettingRange<Int> {
  static func atLeast(_ least: Int) -> Self {
    Self(least == 0 ? "must not be negative" : "must be at least \(least)", expected: "\(least) or more") {
      $0 >= least
    }
  }

  /// What is beyond `most` no flag forbids, but no run can do.
  static func atLeast(_ least: Int, most: Int) -> Self {
    let demand = atLeast(least).demand
    return Self(expected: "\(least) to \(most)", contains: { least...most ~= $0 }, demand: demand)
  }

  static func multiple(of number: Int) -> Self {
    Self("must be a multiple of \(number)", expected: "a multiple of \(number)") { $0 >= number && $0 % number == 0 }
  }

  static func within(_ range: ClosedRange<Int>) -> Self {
    let (least, most) = (range.lowerBound, range.upperBound)
    return Self("must be from \(least) to \(most)", expected: "\(least) to \(most)") { range ~= $0 }
  }
}

extension SettingRange<Double> {
  static var positive: Self { Self("must be positive", expected: "more than 0") { $0 > 0 && $0.isFinite } }
  static var notNegative: Self { Self("must not be negative", expected: "0 or more") { $0 >= 0 && $0.isFinite } }
  static var belowOne: Self { Self("must be in [0, 1)", expected: "0 or more, below 1") { (0..<1).contains($0) } }

  /// Of weights that are pruned.
  static var fraction: Self {
    Self("must be in [0, 1): 0.98 prunes 98 % of the weights", expected: belowOne.expected) { (0..<1).contains($0) }
  }

  static func between(_ least: Double, _ most: Double, _ demand: String) -> Self {
    Self(demand, expected: "more than \(least), below \(most)") { $0 > least && $0 < most }
  }

  static func within(_ range: ClosedRange<Double>, _ demand: String) -> Self {
    Self(demand, expected: "\(range.lowerBound) to \(range.upperBound)") { range ~= $0 }
  }
}
