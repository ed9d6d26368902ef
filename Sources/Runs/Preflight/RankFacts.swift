import MPI

/// What a rank has of that of which all ranks must have the same.
public struct RankFacts: Sendable, Equatable, Codable {
  /// One thing by its name, such as `the program`, and what the rank has of it, in a few words.
  public struct Fact: Sendable, Equatable, Codable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public var host: String
  public var facts: [Fact]

  public init(host: String, facts: [Fact]) {
    self.host = host
    self.facts = facts
  }

  /// All facts as one text: equal texts, equal facts.
  var text: String { facts.map { "\($0.name)\t\($0.value)\n" }.joined() }
}

/// One thing of which the ranks do not have the same.
public struct Disagreement: Sendable, Equatable, CustomStringConvertible {
  /// The ranks that have the same.
  public struct Group: Sendable, Equatable {
    public let value: String
    /// Rising.
    public let ranks: [Int]
    /// Of these ranks, each once, in their order.
    public let hosts: [String]
  }

  public let name: String
  /// The largest group comes last: the others are those to look at.
  public let groups: [Group]

  /// Compares what the ranks have, in the order of the ranks.
  public static func among(_ ranks: [RankFacts]) -> [Disagreement] {
    var names: [String] = []
    for fact in ranks.flatMap(\.facts) where !names.contains(fact.name) { names.append(fact.name) }
    return names.compactMap { Disagreement($0, ranks) }
  }

  private init?(_ name: String, _ ranks: [RankFacts]) {
    var members: [String: [Int]] = [:]
    for (rank, facts) in ranks.enumerated() {
      let value = facts.facts.first { $0.name == name }?.value
      members[value ?? "none", default: []].append(rank)
    }
    guard members.count > 1 else { return nil }
    self.name = name
    groups = members.map { value, members in
      var hosts: [String] = []
      for rank in members where !hosts.contains(ranks[rank].host) { hosts.append(ranks[rank].host) }
      return Group(value: value, ranks: members, hosts: hosts)
    }
    .sorted { ($0.ranks.count, $1.ranks[0]) < ($1.ranks.count, $0.ranks[0]) }
  }

  public var description: String {
    name + ": "
      + groups.enumerated().map { number, group in
        let isMany = group.ranks.count > 1
        // Where all the others are is of no interest.
        let hosts = number == groups.count - 1 && groups.count == 2 && isMany ? "" : " on \(Self.list(group.hosts))"
        return "\(RankRanges.text(group.ranks))\(hosts) \(isMany ? "have" : "has") \(group.value)"
      }
      .joined(separator: "; ")
  }

  private static func list(_ hosts: [String]) -> String {
    hosts.count <= 4
      ? hosts.joined(separator: ", ") : hosts[..<3].joined(separator: ", ") + " and \(hosts.count - 3) more"
  }
}
