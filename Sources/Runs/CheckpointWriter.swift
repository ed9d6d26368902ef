import Dispatch
import Synchronization
import Training

/// Writes checkpoints on a thread of its own, one at a time, while training goes on. It never calls MPI.
final class CheckpointWriter: Sendable {
  private let store: CheckpointStore
  private let queue = DispatchQueue(label: "checkpoints")
  private let failures = Mutex<[String]>([])
  private let memory = Mutex(SpareMemory())
  private let times = Mutex((count: 0, seconds: 0.0, last: 0.3))

  init(_ store: CheckpointStore) { self.store = store }

  /// The memory of a checkpoint that is written, to be used again. Waits until nothing is being written any more.
  func takeMemory() -> SpareMemory {
    wait()
    return memory.withLock { memory in
      defer { memory = SpareMemory() }
      return memory
    }
  }

  /// Begins to write a checkpoint, after the one before it is finished.
  func write(_ checkpoint: Checkpoint) {
    wait()
    queue.async { [self] in
      let clock = ContinuousClock()
      let start = clock.now
      var isWritten = false
      do {
        let state = checkpoint.state
        try checkpoint.write(to: store.path(step: state.stepsDone))
        store.add(.init(state))
        isWritten = true
      } catch {
        failures.withLock { $0.append(String(describing: error)) }
      }
      let seconds = (clock.now - start) / .seconds(1)
      memory.withLock { $0 = SpareMemory(checkpoint.floats.map(\.values)) }
      times.withLock { $0 = ($0.count + (isWritten ? 1 : 0), $0.seconds + seconds, seconds) }
    }
  }

  /// The seconds that the last one took, or a guess.
  var lastSeconds: Double { times.withLock { $0.last } }

  /// How many were written, and the seconds that took.
  var written: (count: Int, seconds: Double) { times.withLock { ($0.count, $0.seconds) } }

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
