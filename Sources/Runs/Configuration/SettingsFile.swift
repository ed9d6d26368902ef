import Foundation
import Yams

/// A configuration file: one YAML mapping from the names of flags to their values.
public enum SettingsFile {
  /// The most bytes of a file.
  static let mostBytes = 1 << 20

  /// Reads the file at `path`.
  ///
  /// - Parameter known: every setting that a file may hold.
  /// - Throws: `SettingsError` with file and line where it is no such mapping, or names a setting that there is not.
  public static func read(_ path: String, known: [Setting]) throws(SettingsError) -> [GivenSetting] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
      throw SettingsError("there is no configuration file \(path)")
    }
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: mostBytes + 1) ?? Data()
    else { throw SettingsError("the configuration file \(path) cannot be read: \(String(cString: strerror(errno)))") }
    guard data.count <= mostBytes else {
      throw SettingsError("\(path) is longer than 1 MiB, too long for a configuration file")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw SettingsError("\(path) is no text in UTF-8: is it a configuration file?")
    }
    return try parse(text, path: path, known: known)
  }

  /// The settings that a text in YAML gives, in its order.
  package static func parse(_ text: String, path: String, known: [Setting]) throws(SettingsError) -> [GivenSetting] {
    // A few lists of references to lists stand for more values than any machine could compare.
    guard !holds(UInt8(ascii: "&"), text) || !holds(UInt8(ascii: "*"), text) else {
      throw SettingsError("\(path) refers to a value by an anchor (&name, *name), which is not read: repeat the value")
    }
    guard let node = try compose(text, path: path) else { return [] }
    guard let mapping = node.mapping else {
      throw SettingsError(origin(path, node), "expected settings such as 'epochs: 20', one a line")
    }
    let names = known.map(\.name)
    var settings: [GivenSetting] = []
    for (key, value) in mapping {
      let origin = origin(path, key)
      guard let name = key.scalar?.string else { throw SettingsError(origin, "the name of a setting is a word") }
      guard let setting = known.first(where: { $0.name == name }) else {
        let advice = NearestName.of(name, in: names).map { "did you mean '\($0)'?" }
        throw SettingsError(origin, "there is no setting '\(name)'; \(advice ?? "'dptrain config' lists them all")")
      }
      guard let text = Self.text(value) else {
        throw SettingsError(origin, "'\(name)' needs one value, or a list of values in brackets")
      }
      guard !text.isEmpty else { throw SettingsError(origin, "'\(name)' has no value") }
      guard setting.arguments(text) != nil else {
        throw SettingsError(origin, "'\(name)' is '\(text)', expected true or false")
      }
      settings.append(GivenSetting(name: name, value: text, origin: origin))
    }
    return settings
  }

  /// Whether `mark` stands before a name and not within a word, as those of anchors and of references to them do.
  private static func holds(_ mark: UInt8, _ text: String) -> Bool {
    func isOfNames(_ byte: UInt8) -> Bool {
      switch byte | 0x20 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
      }
    }
    var last: UInt8 = 0
    var before: UInt8 = 0
    for byte in text.utf8 {
      let isWithin = isOfNames(before) && before != UInt8(ascii: "-")
      if last == mark && isOfNames(byte) && !isWithin { return true }
      (before, last) = (last, byte)
    }
    return false
  }

  private static func compose(_ text: String, path: String) throws(SettingsError) -> Node? {
    do {
      return try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw problem(error, path: path)
    } catch {
      throw SettingsError("\(path) is no YAML: \(error)")
    }
  }

  private static func problem(_ error: YamlError, path: String) -> SettingsError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return SettingsError(.file(path, line: mark.line), "this is no YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
      return SettingsError(.file(path, line: context.mark.line), "set twice: \(names)")
    default:
      return SettingsError("\(path) is no YAML: \(error)")
    }
  }

  private static func origin(_ path: String, _ node: Node) -> GivenSetting.Origin {
    .file(path, line: node.mark?.line ?? 1)
  }

  /// A scalar's text, or those of a list joined by commas; nil for anything else.
  private static func text(_ node: Node) -> String? {
    if let scalar = node.scalar {
      return scalar.style == .plain && ["null", "~", "Null", "NULL"].contains(scalar.string) ? "" : withoutMark(scalar)
    }
    guard let sequence = node.sequence else { return nil }
    let parts = sequence.map { $0.scalar.map(withoutMark) }
    return parts.contains(nil) ? nil : parts.compactMap { $0 }.joined(separator: ",")
  }

  /// A scalar without byte order marks before it: the first one Yams leaves out itself, which a text cannot ask for.
  private static func withoutMark(_ scalar: Node.Scalar) -> String {
    String(String.UnicodeScalarView(scalar.string.unicodeScalars.drop { $0 == "\u{FEFF}" }))
  }
}
