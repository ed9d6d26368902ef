import ArgumentParser
import Runs

/// The flags of a group of declared settings, and what was given for them.
///
/// ArgumentParser asks a type's mirror which flags it has, and decodes them by the same names: for these the declarations stand
/// in the place of properties.
struct DeclaredOptions<Group: SettingGroup>: ParsableArguments, CustomReflectable {
  private(set) var given = SettingValues()

  init() {}

  var customMirror: Mirror {
    Mirror(self, children: Group.settings.map { (label: "_\($0.name)", value: DeclaredFlag.flag($0, $0.type)) })
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Name.self)
    func value<Value: SettingValue>(
      _ setting: SettingDeclaration<Group.Subject>, _: Value.Type
    ) throws -> (any SettingValue)? {
      let name = Name(stringValue: setting.name)
      switch (Value.self == Bool.self, setting.standard == nil) {
      case (true, true): return try values.decode(Flag<Bool?>.self, forKey: name).wrappedValue
      case (true, false): return try values.decode(Flag<Bool>.self, forKey: name).wrappedValue
      case (false, true): return try values.decode(Option<DeclaredValue<Value>?>.self, forKey: name).wrappedValue?.value
      case (false, false): return try values.decode(Option<DeclaredValue<Value>>.self, forKey: name).wrappedValue.value
      }
    }
    for setting in Group.settings { given[any: setting.name] = try value(setting, setting.type) }
  }

  mutating func validate() throws { try Self.validate { () throws(SettingProblem) in try Group.checkAll(given) } }

  /// Makes a problem one of the command line.
  static func validate(_ check: () throws(SettingProblem) -> Void) throws {
    do { try check() } catch { throw ValidationError(error.description) }
  }

  static func require(_ condition: Bool?, _ message: String) throws {
    if condition == false { throw ValidationError(message) }
  }
}

typealias TrainingOptions = DeclaredOptions<TrainingSettings>
typealias PruningOptions = DeclaredOptions<PruningSettings>
typealias ReliabilityOptions = DeclaredOptions<ReliabilitySettings>

extension DeclaredOptions<ReliabilitySettings> {
  var policy: RunPolicy {
    var policy = RunPolicy()
    ReliabilitySettings.apply(given, to: &policy)
    return policy
  }

  var requeue: Int { given["requeue"] ?? 0 }
}

/// A value of a setting where ArgumentParser looks for one.
private struct DeclaredValue<Value: SettingValue>: ExpressibleByArgument {
  let value: Value

  init(_ value: Value) { self.value = value }

  init?(argument: String) {
    guard let value = Value(word: argument) else { return nil }
    self.init(value)
  }

  var defaultValueDescription: String { value.word }
  static var allValueStrings: [String] { Value.words }
  static var defaultCompletionKind: CompletionKind { Value.words.isEmpty ? .default : .list(Value.words) }
}

private enum DeclaredFlag {
  /// What ArgumentParser would find as a property's wrapper.
  static func flag<Value: SettingValue>(_ setting: SettingDeclaration<some Any>, _: Value.Type) -> Any {
    let help = ArgumentHelp("\(setting.help)", valueName: setting.valueName)
    switch setting.standard {
    case let standard as Bool: return Flag(wrappedValue: standard, inversion: .prefixedNo, help: help)
    case nil where Value.self == Bool.self: return Flag<Bool?>(inversion: .prefixedNo, help: help)
    case let standard as Value: return Option(wrappedValue: DeclaredValue(standard), help: help)
    default: return Option<DeclaredValue<Value>?>(help: help)
    }
  }
}
