/// All there is to say of a setting, once: from it follow its flag with help and completion, its line in a configuration file
/// and its variable, what values are refused, where it goes in `Subject`, and what `dptrain config` prints.
public struct SettingDeclaration<Subject>: Sendable {
  /// The flag without dashes, such as `batch-size`.
  public let name: String
  public let help: String
  /// What stands for the value in the help; nil for the flag's name.
  public let valueName: String?
  public let type: any SettingValue.Type
  /// The value where none is given; nil where a recipe or other settings decide.
  public let standard: (any SettingValue)?
  /// What is wrong with a value, in words that follow the flag's name; nil for nothing.
  let demand: @Sendable (any SettingValue) -> String?
  /// What is expected in place of a value that no run can have; nil where it can.
  let expected: @Sendable (any SettingValue) -> String?
  /// Its place in `config.json`.
  let path: String
  /// Whether it counts in a subject; where not, it is not printed.
  let applies: @Sendable (Subject) -> Bool
  /// The value that a subject has.
  let read: (@Sendable (Subject) -> (any SettingValue)?)?
  let write: (@Sendable (inout Subject, any SettingValue) -> Void)?

  /// A setting that decides together with others what a subject becomes, or for which there is no place in it.
  ///
  /// - Parameter read: see ``read``; nil where what is given counts.
  init<Value: SettingValue>(
    _ name: String, _: Value.Type, path: String? = nil, standard: Value? = nil, value: String? = nil,
    in range: SettingRange<Value> = .any, when applies: @escaping @Sendable (Subject) -> Bool = { _ in true },
    help: String, read: (@Sendable (Subject) -> Value?)? = nil,
    write: (@Sendable (inout Subject, Value) -> Void)? = nil
  ) {
    (self.name, self.help, valueName, type, self.standard) = (name, help, value, Value.self, standard)
    self.path = path ?? Self.camelCase(name)
    demand = { ($0 as? Value).flatMap(range.demand) }
    expected = { ($0 as? Value).map(range.contains) == false ? range.expected : nil }
    self.applies = applies
    if let read { self.read = { read($0) } } else { self.read = nil }
    if let write {
      self.write = { if let value = $1 as? Value { write(&$0, value) } }
    } else {
      self.write = nil
    }
  }

  /// A setting that is a property.
  ///
  /// - Parameter applies: whether it counts in a subject.
  init<Value: SettingValue>(
    _ name: String, _ place: WritableKeyPath<Subject, Value> & Sendable, path: String? = nil, standard: Value? = nil,
    value: String? = nil, in range: SettingRange<Value> = .any,
    when applies: @escaping @Sendable (Subject) -> Bool = { _ in true }, help: String
  ) {
    self.init(
      name, Value.self, path: path, standard: standard, value: value, in: range, when: applies, help: help,
      read: { $0[keyPath: place] }, write: { $0[keyPath: place] = $1 })
  }

  /// A setting that is a property, which may have no value.
  init<Value: SettingValue>(
    _ name: String, optional place: WritableKeyPath<Subject, Value?> & Sendable, value: String? = nil,
    in range: SettingRange<Value> = .any, help: String
  ) {
    self.init(
      name, Value.self, value: value, in: range, help: help, read: { $0[keyPath: place] },
      write: { $0[keyPath: place] = $1 })
  }

  private static func camelCase(_ name: String) -> String {
    let words = name.split(separator: "-")
    return words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}

/// Declarations one after another.
@resultBuilder
public enum SettingList {
  public static func buildBlock<Subject>(_ settings: SettingDeclaration<Subject>...) -> [SettingDeclaration<Subject>] {
    settings
  }
}

/// Settings that the help lists under one heading.
public protocol SettingGroup: Sendable {
  associatedtype Subject
  typealias Declaration = SettingDeclaration<Subject>
  static var settings: [SettingDeclaration<Subject>] { get }
  /// Throws where settings contradict each other, whatever the values of others.
  static func check(_ given: SettingValues) throws(SettingProblem)
}

extension SettingGroup {
  public static func check(_ given: SettingValues) throws(SettingProblem) {}

  /// Throws for a value that a setting cannot have, and for settings that contradict each other.
  public static func checkAll(_ given: SettingValues) throws(SettingProblem) {
    for setting in settings {
      if let value = given[any: setting.name], let demand = setting.demand(value) {
        throw SettingProblem("--\(setting.name) \(demand)")
      }
    }
    try check(given)
  }

  /// Puts what was given in its place, as far as that can be done setting by setting.
  public static func apply(_ given: SettingValues, to subject: inout Subject) {
    for setting in settings {
      if let value = given[any: setting.name] { setting.write?(&subject, value) }
    }
  }

  /// What settings come to, as a command line would say it. Those that do not apply are missing.
  public static func words(_ subject: Subject, _ given: SettingValues) -> [String: String] {
    let words = settings.filter { $0.applies(subject) }
      .map { ($0.name, ($0.read.map { $0(subject) } ?? given[any: $0.name])?.word) }
    return Dictionary(words.compactMap { name, word in word.map { (name, $0) } }) { $1 }
  }

  /// Throws for a value that no run can have.
  static func check(_ subject: Subject) throws(ConfigurationError) {
    for setting in settings {
      guard let value = setting.read?(subject), let expected = setting.expected(value) else { continue }
      throw ConfigurationError(setting: setting.path, found: value.word, expected: expected)
    }
  }
}

/// Settings that cannot be given so, or not together; in words that name their flags.
public struct SettingProblem: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Throws a problem unless a condition holds.
func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(SettingProblem) {
  if !condition { throw SettingProblem(problem()) }
}

/// A setting that no run can have.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// Its path in `config.json`, such as `dense.epochs`.
  public let setting: String
  public let found: String
  public let expected: String

  public var description: String { "the setting \(setting) is \(found), expected \(expected)" }
}
