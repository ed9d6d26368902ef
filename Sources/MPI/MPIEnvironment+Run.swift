import CMPI

extension MPIEnvironment {
  /// Runs a program under MPI and returns its exit status: what `main.swift` passes to `exit`.
  ///
  /// An error that `body` throws ends the whole job, so that no rank waits for one that is gone:
  ///
  /// - Where all ranks throw within a moment, as `Communicator.collectively` makes them do, one message is printed, by
  ///   the lowest rank that failed by itself. MPI is finalised as usual and every rank returns that error's status.
  /// - Where a rank throws alone, it prints its message and calls `MPI_Abort` with the error's status. That takes about two
  ///   seconds, the time given to the others to join.
  ///
  /// The message goes to standard error as `program: rank 2 on host node1: …`; the status is that of an `ExitCoded`
  /// error, else 1.
  ///
  /// - Parameter body: the program. It gets the world and returns its exit status, 0 for success.
  public static func run(_ body: (Communicator) throws -> Int32) -> Int32 {
    do {
      let environment = try MPIEnvironment()
      // Ranks that fail meet on a communicator of their own: on the world's, others may still wait for them.
      let failures = try environment.world.duplicate()
      let status: Int32
      do {
        status = try body(environment.world)
      } catch {
        status = failures.end(with: error)
      }
      fflush(nil)
      try environment.finalize()
      return status
    } catch {
      printFailure(error, rank: LaunchEnvironment.rank ?? 0)
      return exitStatus(of: error)
    }
  }
}

extension Communicator {
  /// Ends the job because of an error: returns the status if all ranks came here, aborts otherwise.
  fileprivate func end(with error: any Error) -> Int32 {
    let status = exitStatus(of: error)
    do {
      // The smallest of these belongs to the lowest rank whose failure is its own, and carries that rank's status.
      let claim = Int64(error is PeerFailed ? 1 : 0) << 48 | Int64(rank) << 8 | Int64(status)
      let request = try startAllReduce(MessageBuffer([claim]), .min)
      let clock = ContinuousClock()
      let deadline = clock.now + (job.hasAgreedOnFailure ? .seconds(10) : .seconds(2))
      while try !request.test() {
        guard clock.now < deadline else {
          printFailure(error, rank: rank)
          abort(code: status)
        }
        usleep(1_000)
      }
      let winner = try request.wait()[0]
      if winner == claim {
        printFailure(error, rank: rank)
      }
      return Int32(winner & 0xff)
    } catch let second {
      printFailure(error, rank: rank)
      printFailure(second, rank: rank)
      abort(code: status)
    }
  }
}

/// Writes an error to standard error, in one piece so that the lines of several ranks do not mix.
private func printFailure(_ error: any Error, rank: Int) {
  fflush(nil)
  let program = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "MPI program"
  let line = "\(program): rank \(rank) on host \(Communicator.hostName): \(error)\n"
  var bytes = Array(line.utf8)[...]
  while !bytes.isEmpty {
    let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    guard written > 0 else { return }
    bytes = bytes.dropFirst(written)
  }
}
