/// A flag of a command that a configuration file or the environment may set too.
public struct Setting: Sendable, Equatable {
  /// Without dashes, such as `batch-size`: its key in a file.
  public let name: String
  /// Whether it takes no value but is on or off.
  public let isSwitch: Bool
  /// Whether `--no-NAME` turns it off.
  public let hasNegation: Bool
  /// What the help lists it under.
  public let section: String

  public init(_ name: String, isSwitch: Bool = false, hasNegation: Bool = false, section: String = "") {
    self.name = name
    self.isSwitch = isSwitch
    self.hasNegation = hasNegation
    self.section = section
  }

  /// The environment variable that sets it, such as `DPTRAIN_BATCH_SIZE`.
  public var variable: String { Self.variablePrefix + name.uppercased().replacing("-", with: "_") }

  public static let variablePrefix = "DPTRAIN_"

  /// The words that set it on the command line.
  ///
  /// - Returns: nil where it is a switch and `value` is neither true nor false.
  func arguments(_ value: String) -> [String]? {
    guard isSwitch else { return ["--\(name)=\(value)"] }
    switch value.lowercased() {
    case "true", "yes", "on", "1": return ["--\(name)"]
    case "false", "no", "off", "0": return hasNegation ? ["--no-\(name)"] : []
    default: return nil
    }
  }
}

/// A value that was given beside the command line, and where.
public struct GivenSetting: Sendable, Equatable {
  public enum Origin: Sendable, Equatable, CustomStringConvertible {
    case file(String, line: Int)
    case environment(String)

    public var description: String {
      switch self {
      case .file(let path, let line): "\(path), line \(line)"
      case .environment(let name): "the environment variable \(name)"
      }
    }
  }

  public let name: String
  public let value: String
  public let origin: Origin

  public init(name: String, value: String, origin: Origin) {
    self.name = name
    self.value = value
    self.origin = origin
  }
}
