import Dispatch
import Synchronization

/// Writes checkpoints on a thread of its own, one at a time, while training goes on. It never calls MPI.
final class CheckpointWriter: Sendable {
  private let store: CheckpointStore
  private let queue = DispatchQueue(label: "checkpoints")
  private let failures = Mutex<[String]>([])

  init(_ store: CheckpointStore) { self.store = store }

  /// Begins to write a checkpoint, after the one before it is finished.
  func write(_ checkpoint: Checkpoint) {
    wait()
    queue.async { [self] in
      do {
        let state = checkpoint.state
        try checkpoint.write(to: store.path(step: state.stepsDone))
        store.add(.init(step: state.stepsDone, stage: state.stage, accuracy: state.accuracy))
      } catch {
        failures.withLock { $0.append(String(describing: error)) }
      }
    }
  }

  /// Waits until nothing is being written any more.
  func wait() { queue.sync {} }

  /// What went wrong since the last time somebody asked.
  func takeFailures() -> [String] {
    failures.withLock { failures in
      defer { failures = [] }
      return failures
    }
  }
}
