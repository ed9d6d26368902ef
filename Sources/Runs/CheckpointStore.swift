import Foundation
import Synchronization

/// The checkpoints of a run directory: `checkpoints/step-<8 digits>.safetensors`, by the optimizer steps that were done.
package final class CheckpointStore: Sendable {
  /// A checkpoint that is there.
  package struct Entry: Sendable, Equatable {
    package let step: Int
    /// The stage that it was written in.
    let stage: RunStage
    /// The test accuracy of its weights, where it was written right after their evaluation.
    let accuracy: Double?

    package init(step: Int, stage: RunStage, accuracy: Double?) {
      self.step = step
      self.stage = stage
      self.accuracy = accuracy
    }

    init(_ state: RunState) {
      self.init(step: state.stepsDone, stage: state.stage, accuracy: state.isEvaluated ? state.accuracy : nil)
    }
  }

  let folder: String
  private let kept: Int
  /// By step, rising.
  private let entries: Mutex<[Entry]>

  /// Takes note of the checkpoints that are there.
  ///
  /// - Parameters:
  ///   - folder: where they lie.
  ///   - kept: how many of the newest stay.
  init(folder: String, kept: Int) {
    self.folder = folder
    self.kept = kept
    let found = Self.steps(folder: folder).compactMap { step in
      try? Entry(Checkpoint.state(path: "\(folder)/\(Self.name(step: step))"))
    }
    entries = Mutex(found)
  }

  func path(step: Int) -> String { "\(folder)/\(Self.name(step: step))" }

  package static func name(step: Int) -> String {
    let digits = String(step)
    return "step-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).safetensors"
  }

  /// The steps of all checkpoint files that are there, rising, whatever they hold.
  static func steps(folder: String) -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      name.wholeMatch(of: /step-(\d{8,18})\.safetensors/).flatMap { Int($0.1) }
    }.sorted()
  }

  /// Removes what a process left that was killed while writing.
  static func removePartial(folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.wholeMatch(of: /step-\d{8,18}\.safetensors\.partial/) != nil {
      unlink("\(folder)/\(name)")
    }
  }

  /// Takes note of a checkpoint that is on the disk, and removes those that are no longer needed.
  func add(_ entry: Entry) {
    let old = entries.withLock { entries in
      entries.removeAll { $0.step == entry.step }
      entries.append(entry)
      entries.sort { $0.step < $1.step }
      let stay = Self.kept(of: entries, newest: kept)
      let old = entries.filter { !stay.contains($0.step) }
      entries.removeAll { !stay.contains($0.step) }
      return old
    }
    for entry in old { unlink(path(step: entry.step)) }
  }

  /// The steps of the checkpoints that stay: the newest, and the best by test accuracy of the stage that the newest one is in.
  package static func kept(of entries: [Entry], newest count: Int) -> Set<Int> {
    var stay = Set(entries.suffix(max(1, count)).map(\.step))
    let stage = entries.last?.stage
    let best = entries.filter { $0.stage == stage && $0.accuracy != nil }
      .max { ($0.accuracy ?? 0, -$0.step) < ($1.accuracy ?? 0, -$1.step) }
    if let best { stay.insert(best.step) }
    return stay
  }

  /// The path of the newest one.
  var last: String? { entries.withLock { $0.last }.map { path(step: $0.step) } }
}
