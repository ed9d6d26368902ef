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
