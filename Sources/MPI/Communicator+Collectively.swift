/// What `Communicator.collectively` throws on the ranks that did not fail themselves.
public struct PeerFailed: Error, ExitCoded, CustomStringConvertible, Sendable, Hashable {
  /// The lowest rank, in the communicator, that failed.
  public let rank: Int
  /// What that rank's error said.
  public let message: String
  /// The exit status of that rank's error.
  public let exitCode: Int32

  /// What the other ranks get when `rank` failed with this message.
  public init(rank: Int, message: String, exitCode: Int32) {
    self.rank = rank
    self.message = message
    self.exitCode = exitCode
  }

  public var description: String { "rank \(rank) failed: \(message)" }
}

extension Communicator {
  /// Runs something that can fail on any rank, and makes all ranks fail together if it does. Collective.
  ///
  /// Every rank runs `body`, then all learn whether it failed anywhere. Without this a rank whose file cannot be read
  /// leaves, and the others wait for it in their next collective.
  ///
  /// - Parameter body: what to run. It must not communicate, for then a rank that fails halfway leaves the others
  ///   waiting inside `body` itself.
  /// - Returns: the body's result, when it succeeded on every rank.
  /// - Throws: on a rank whose body failed, its own error; on the others `PeerFailed`.
  public func collectively<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    let outcome: Result<Value, any Error>
    var failure: (any Error)?
    do {
      outcome = .success(try body())
    } catch {
      outcome = .failure(error)
      failure = error
    }
    try settle(failure)
    return try outcome.get()
  }

  /// Throws on all ranks if one of them has a failure.
  private func settle(_ failure: (any Error)?) throws {
    // A rank that only repeats a peer's failure comes after those that have one of their own.
    let candidate: Int =
      switch failure {
      case nil: Int.max
      case is PeerFailed: size + rank
      default: rank
      }
    let first = try allReduce(candidate, .min)
    guard first != Int.max else { return }
    job.hasAgreedOnFailure = true
    let culprit = first % size
    let message = try broadcast(failure.map { String(describing: $0) } ?? "", root: culprit)
    let code = try broadcast(failure.map(exitStatus) ?? 0, root: culprit)
    throw failure ?? PeerFailed(rank: culprit, message: message, exitCode: code)
  }
}
