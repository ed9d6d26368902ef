import Formats
import Foundation
import MPI
import Training

/// What is checked before a job begins: seconds of work that would otherwise be hours of it.
public enum Preflight {
  /// Proves that all ranks have the same of some things. Collective.
  ///
  /// The ranks exchange a hash each; only where these differ, they exchange what it is the hash of.
  ///
  /// - Throws: on all ranks `PreflightError.ranksDiffer`, with who has what.
  public static func proveAgreement(on facts: [RankFacts.Fact], _ world: Communicator) throws {
    let own = RankFacts(host: Communicator.hostName, facts: facts)
    let hash = Array(own.text.utf8).withUnsafeBytes { Hash128($0) }
    let hashes = try world.allGather("\(hash)")
    guard Set(hashes).count > 1 else { return }
    let texts = try world.allGather(String(decoding: try JSONEncoder().encode(own), as: UTF8.self))
    let all = try texts.map { try JSONDecoder().decode(RankFacts.self, from: Data($0.utf8)) }
    throw PreflightError.ranksDiffer(Disagreement.among(all))
  }
}
