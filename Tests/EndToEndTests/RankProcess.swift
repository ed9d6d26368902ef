import Foundation
import Synchronization

/// The process of one rank of the job that carries a mark, `DPTRAIN_TEST_MARK`, in its environment.
func rankProcess(mark: String, rank: Int) -> pid_t? {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return names.compactMap { pid_t($0) }.first { process in
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/environ") else { return false }
    let variables = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return variables.contains("DPTRAIN_TEST_MARK=\(mark)") && variables.contains("OMPI_COMM_WORLD_RANK=\(rank)")
  }
}

/// Does something to a rank in the midst of its training, on a thread of its own: the test's is busy with the job.
final class Mishap: Sendable {
  /// What the job is given as `DPTRAIN_TEST_MARK`.
  let mark = "\(UUID())"
  private let instant = Mutex<ContinuousClock.Instant?>(nil)
  private let isCancelled = Mutex(false)

  /// - Parameters:
  ///   - metrics: the run's `metrics.jsonl`; once it holds an epoch, training goes on.
  ///   - body: gets the rank's process.
  init(rank: Int, onceThereAre metrics: String, _ body: @escaping @Sendable (pid_t) -> Void) {
    Thread.detachNewThread { [self] in
      while !isCancelled.withLock({ $0 }) {
        usleep(50_000)
        guard FileManager.default.contents(atPath: metrics)?.isEmpty == false else { continue }
        guard let victim = rankProcess(mark: mark, rank: rank) else { continue }
        instant.withLock { $0 = .now }
        body(victim)
        return
      }
    }
  }

  /// When it was done; nil if it was not.
  var happened: ContinuousClock.Instant? { instant.withLock { $0 } }

  /// Gives up waiting for the training.
  func cancel() { isCancelled.withLock { $0 = true } }
}
