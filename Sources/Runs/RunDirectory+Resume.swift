import Foundation

extension RunDirectory {
  /// The newest checkpoint that verifies.
  ///
  /// - Returns: the checkpoint, its path, and what was wrong with those that were skipped; nil where the directory has none at
  ///   all.
  /// - Throws: `NoCheckpointVerifies` where there are some, and all of them are damaged.
  public func newestCheckpoint(of configuration: RunConfiguration) throws -> FoundCheckpoint? {
    let folder = file("checkpoints")
    var skipped: [CheckpointError] = []
    for step in CheckpointStore.steps(folder: folder).reversed() {
      let path = "\(folder)/\(CheckpointStore.name(step: step))"
      do throws(CheckpointError) {
        let checkpoint = try Checkpoint(path: path)
        guard checkpoint.configuration == configuration else { throw CheckpointError(path, .otherRun) }
        return FoundCheckpoint(checkpoint: checkpoint, path: path, skipped: skipped)
      } catch {
        skipped.append(error)
      }
    }
    guard skipped.isEmpty else { throw NoCheckpointVerifies(path: path, skipped: skipped) }
    return nil
  }
}

/// A checkpoint to go on from.
public struct FoundCheckpoint: Sendable {
  public let checkpoint: Checkpoint
  public let path: String
  /// Newer ones that do not verify.
  public let skipped: [CheckpointError]
}

/// None of a run's checkpoints is what was written.
public struct NoCheckpointVerifies: Error, CustomStringConvertible {
  public let path: String
  public let skipped: [CheckpointError]

  public var description: String {
    "no checkpoint of \(path) verifies, and nothing there was changed: \(skipped.map(\.description).joined(separator: "; ")). "
      + "Begin anew with another --output"
  }
}

extension RunConfiguration {
  /// The settings that the `config.json` of a run directory holds.
  ///
  /// - Throws: `RunDirectoryError` where it does not hold any, or such as no run can have.
  public init(json: String, of directory: String) throws(RunDirectoryError) {
    do {
      self = try JSONDecoder().decode(RunConfiguration.self, from: Data(json.utf8))
      try check()
    } catch {
      throw RunDirectoryError(directory, .unreadableConfiguration(reason: String(describing: error)))
    }
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
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(self))
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
    walk(object, "")
    return result
  }

  /// A value of JSON as `config.json` writes it where it is true or false, which Foundation takes for numbers.
  private static func word(_ value: Any) -> String {
    let data = try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
    let text = data.map { String(decoding: $0, as: UTF8.self) }
    return text == "true" || text == "false" ? text ?? "" : "\(value)"
  }
}
