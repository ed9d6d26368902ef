import MPI

/// Who keeps a rank waiting: what the ranks' watchdogs said, in lines for the user.
package struct WaitReport {
  /// What is known of another rank.
  package struct Other: Equatable {
    var rank: Int
    var host: String
    /// What it answered; nil where it did not.
    var status: RankStatus?
    /// What the system says of its process, where it runs on the same host.
    var condition: String?
    /// Whether anything was ever heard of it.
    var wasHeard: Bool

    package init(rank: Int, host: String, status: RankStatus?, condition: String?, wasHeard: Bool) {
      self.rank = rank
      self.host = host
      self.status = status
      self.condition = condition
      self.wasHeard = wasHeard
    }
  }

  let rank: Int
  let host: String
  let own: RankStatus
  let timeout: Double
  let others: [Other]

  package init(rank: Int, host: String, own: RankStatus, timeout: Double, others: [Other]) {
    self.rank = rank
    self.host = host
    self.own = own
    self.timeout = timeout
    self.others = others
  }

  /// The report, one statement a line.
  package var lines: [String] {
    let missing = others.filter { $0.status?.isInCall != true }
    var lines = [
      "rank \(rank) on host \(host) has waited \(Self.text(own.seconds)) s in \(own.routine) \(own.place)"
    ]
    lines += Self.grouped(missing.map { ($0, description(of: $0)) }).map { "missing: \($0)" }
    if missing.isEmpty {
      lines += Self.grouped(others.map { ($0, Self.inCall($0.status)) })
      lines.append("no rank is missing: the network that MPI uses between them may be at fault")
    } else {
      let waiting = others.filter { $0.status?.isInCall == true }.map(\.rank)
      if !waiting.isEmpty {
        lines.append("\(RankRanges.text(waiting)) \(waiting.count == 1 ? "waits" : "wait") as well")
      }
      if missing.contains(where: { $0.status != nil }) {
        lines.append("where a rank only needs more time, raise --timeout (now \(Self.text(timeout)) s; 0: never)")
      }
      if isDeafToOtherHosts { lines.append(Self.deafness) }
    }
    return lines
  }

  private static let deafness =
    "no rank of another host has ever answered: UDP messages between the hosts may be blocked, and then these ranks' "
    + "states are unknown"

  /// Whether ranks of other hosts are silent and always were.
  private var isDeafToOtherHosts: Bool {
    let remote = others.filter { $0.host != host }
    return !remote.isEmpty && !remote.contains { $0.wasHeard || $0.status != nil }
  }

  private func description(of other: Other) -> String {
    guard let status = other.status else {
      if let condition = other.condition { return "no answer; the process \(condition)" }
      let neighbours = others.filter { $0.host == other.host }
      let answers = neighbours.contains { $0.status != nil } || other.host == host
      return answers
        ? "no answer, though the host answers: stopped, out of memory, or gone"
        : "no answer: process, host or network is down"
    }
    let last = status.routine.isEmpty ? "" : ", last in \(status.routine)"
    return "out of MPI for \(Self.text(status.seconds)) s\(last), \(status.place)"
  }

  private static func inCall(_ status: RankStatus?) -> String {
    guard let status else { return "" }
    return "in \(status.routine) for \(text(status.seconds)) s \(status.place)"
  }

  /// One line for all ranks of a host of which the same is to be said.
  private static func grouped(_ others: [(Other, String)]) -> [String] {
    var order: [String] = []
    var members: [String: [Int]] = [:]
    for (other, text) in others {
      let key = "on host \(other.host): \(text)"
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(other.rank)
    }
    return order.map { "\(RankRanges.text(members[$0] ?? [])) \($0)" }
  }

  private static func text(_ seconds: Double) -> String { String(Int(seconds.rounded())) }
}
