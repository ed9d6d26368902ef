import Foundation

extension RunConfiguration {
  /// The settings that the `config.json` of a run directory holds.
  ///
  /// - Throws: `RunDirectoryError` where it does not hold any, or such as no run can have.
  public init(json: String, of directory: String) throws(RunDirectoryError) {
    do {
      try self.init(json: json)
      try check()
    } catch {
      throw RunDirectoryError(directory, .unreadableConfiguration(reason: String(describing: error)))
    }
  }

  /// What every file says. Anything else may have come later: a file that lacks it means the initial value.
  private static let required = ["architecture", "dense", "finetune", "kind", "pruning", "seed"]

  /// - Throws: `DecodingError`.
  init(json: String) throws {
    guard var file = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else {
      throw Self.damage("it is no JSON object")
    }
    // A file of the first format says so by saying nothing.
    let (found, newest) = (file["version"] ?? 1, RunConfiguration().version)
    guard let version = found as? Int, 1...newest ~= version else {
      throw Self.damage("its version is \(found), expected \(newest) or less")
    }
    let missing = Self.required.filter { file[$0] == nil }
    guard missing.isEmpty else { throw Self.damage("it lacks \(missing.joined(separator: ", "))") }
    file.merge(try RunConfiguration().object()) { own, _ in own }
    file["version"] = newest
    guard JSONSerialization.isValidJSONObject(file) else { throw Self.damage("a number is too large") }
    self = try JSONDecoder().decode(RunConfiguration.self, from: JSONSerialization.data(withJSONObject: file))
  }

  private static func damage(_ description: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: [], debugDescription: description))
  }

  private func object() throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: JSONEncoder().encode(self)) as? [String: Any] ?? [:]
  }

  /// Throws unless a command asks for what the run does; the error lists what differs.
  public func requireSame(_ asked: RunConfiguration, path: String) throws {
    guard asked != self else { return }
    let (mine, other) = (try settings(), try asked.settings())
    let differences = Set(mine.keys).union(other.keys).sorted().compactMap { key in
      mine[key] == other[key]
        ? nil : "\(key) is \(mine[key] ?? "not set") in the run, \(other[key] ?? "not set") in the command"
    }
    throw RunDirectoryError(path, .otherSettings(differences))
  }

  /// Every setting by its path in `config.json`, such as `dense.epochs`.
  public func settings() throws -> [String: String] {
    var result: [String: String] = [:]
    func walk(_ value: Any, _ key: String) {
      if let members = value as? [String: Any] {
        for (name, member) in members { walk(member, key.isEmpty ? name : "\(key).\(name)") }
      } else if let elements = value as? [Any] {
        result[key] = elements.map { "\($0)" }.joined(separator: ", ")
      } else {
        result[key] = Self.word(value)
      }
    }
    walk(try object(), "")
    result["version"] = nil
    return result
  }

  /// A value of JSON as `config.json` writes it where it is true or false, which Foundation takes for numbers.
  private static func word(_ value: Any) -> String {
    let data = try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
    let text = data.map { String(decoding: $0, as: UTF8.self) }
    return text == "true" || text == "false" ? text ?? "" : "\(value)"
  }
}
