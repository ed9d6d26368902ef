import Foundation

/// What one rank's watchdog sends to another's: a datagram of JSON.
package struct WatchMessage: Codable, Equatable {
  package enum Kind: String, Codable {
    /// Whoever gets it answers: at the start, to learn whether messages arrive at all.
    case greeting
    /// The sender waits in vain and asks who is missing.
    case inquiry
    case answer
    /// The sender has said who is missing; the job ends.
    case verdict
  }

  package var kind: Kind
  /// The job's key: ports are found by chance, and other programs' messages must not count.
  package var job: String
  package var from: Int
  package var to: Int
  /// The sender's.
  package var status: RankStatus

  /// The message's bytes; nil where they do not fit a datagram.
  package var bytes: [UInt8]? {
    guard let data = try? JSONEncoder().encode(self), data.count <= Self.maximumSize else { return nil }
    return [UInt8](data)
  }

  /// Reads a datagram; nil where it is no message of this job to this rank.
  package init?(bytes: some Collection<UInt8>, job: String, to rank: Int, size: Int) {
    guard bytes.count <= Self.maximumSize,
      let message = try? JSONDecoder().decode(WatchMessage.self, from: Data(bytes)),
      message.job == job, message.to == rank, (0..<size).contains(message.from), message.from != rank
    else { return nil }
    self = message
  }

  package init(kind: Kind, job: String, from: Int, to: Int, status: RankStatus) {
    self.kind = kind
    self.job = job
    self.from = from
    self.to = to
    self.status = status
  }

  /// What every network carries in one piece.
  static let maximumSize = 1_200
}
