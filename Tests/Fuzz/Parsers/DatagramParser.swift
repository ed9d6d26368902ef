import Watchdog

/// What anybody may send to a watchdog's port, and what the watchdog then says of it.
struct DatagramParser: FuzzedParser {
  static let name = "datagram"
  private static let job = "0123456789abcdef"

  let seeds: [[UInt8]] = [true, false].compactMap { isInCall in
    WatchMessage(
      kind: .answer, job: job, from: 1, to: 0,
      status: RankStatus(
        isInCall: isInCall, routine: "MPI_Allreduce", seconds: 3.5, work: isInCall ? "dense training" : "", steps: 16)
    ).bytes
  }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    mutator.changeText(&input, words: ["\"greeting\"", "\"verdict\"", "\"inquiry\"", "3", "\"\"", "1e300", "-7"])
  }

  func read(_ input: [UInt8]) throws {
    guard let message = WatchMessage(bytes: input, job: Self.job, to: 0, size: 4) else { throw Ignored() }
    guard (1..<4).contains(message.from) else { fatalError("a message from rank \(message.from) of 4") }
    let other = WaitReport.Other(
      rank: message.from, host: "node2", status: message.status, condition: nil, wasHeard: true)
    let report = WaitReport(rank: 0, host: "node1", own: message.status, timeout: 4, others: [other])
    _ = report.lines.joined(separator: "\n")
  }

  private struct Ignored: Error {}
}
