/// A value of a setting as a command line, a variable or a line of a file says it.
public protocol SettingValue: Sendable, Equatable {
  /// - Returns: nil where `word` is no such value.
  init?(word: String)
  var word: String { get }
  /// All there are, where they can be listed.
  static var words: [String] { get }
}

extension SettingValue where Self: LosslessStringConvertible {
  public init?(word: String) { self.init(word) }
  public var word: String { description }
  public static var words: [String] { [] }
}

extension SettingValue where Self: CaseIterable & RawRepresentable, RawValue == String {
  public init?(word: String) { self.init(rawValue: word) }
  public var word: String { rawValue }
  public static var words: [String] { allCases.map(\.rawValue) }
}

extension Int: SettingValue {}
extension UInt64: SettingValue {}
extension Double: SettingValue {}
extension Bool: SettingValue {}
extension String: SettingValue {}

/// The values that were given for settings, or that these have by themselves.
public struct SettingValues: Sendable {
  private var values: [String: any SettingValue] = [:]

  public init() {}

  /// A setting's value; nil where it has none.
  public subscript<Value: SettingValue>(name: String) -> Value? { values[name] as? Value }

  public subscript(any name: String) -> (any SettingValue)? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// Whether any of these has a value.
  func has(_ names: String...) -> Bool { names.contains { values[$0] != nil } }

  /// The values of a list with commas; nil where there is none.
  func numbers<Number: LosslessStringConvertible>(_ name: String) -> [Number]? {
    (self[name] as String?).flatMap { Self.numbers($0) }
  }

  /// - Returns: nil where the text is no list of numbers with commas.
  static func numbers<Number: LosslessStringConvertible>(_ text: String) -> [Number]? {
    let numbers = text.split(separator: ",").map { Number(String($0)) }
    return numbers.isEmpty || numbers.contains { $0 == nil } ? nil : numbers.compactMap { $0 }
  }

  public func merging(_ other: SettingValues) -> SettingValues {
    var result = self
    result.values.merge(other.values) { $1 }
    return result
  }
}
