import Formats
import Foundation
import Networks
import Training

extension RankFacts {
  /// All settings that decide a run's result, one fact each, and the weights that it begins with.
  ///
  /// Where ranks have images and model is their own affair, as long as the contents are the same.
  ///
  /// - Parameter network: what the run begins with; nil where that need not be compared.
  public static func settings(
    _ configuration: RunConfiguration, policy: RunPolicy, network: Network?
  ) throws -> [Fact] {
    var configuration = configuration
    configuration.data = nil
    configuration.model = nil
    // The files themselves are compared, and named.
    configuration.dataHash = nil
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(configuration))
    // A step with a checkpoint, or a comparison of weights, is one on all ranks.
    let options = Mirror(reflecting: policy).children.map { Fact("the option \($0.label ?? "")", "\($0.value)") }
    return flattened(object, "the setting ").sorted { $0.name < $1.name } + options
      + (network.map { [Fact("the weights to begin with", "hash \(Hash128($0))")] } ?? [])
  }

  private static func flattened(_ value: Any, _ name: String) -> [Fact] {
    if let members = value as? [String: Any] {
      return members.flatMap { flattened($1, name.hasSuffix(" ") ? name + $0 : "\(name).\($0)") }
    }
    if let elements = value as? [Any] {
      return [Fact(name, elements.map { "\($0)" }.joined(separator: ", "))]
    }
    return [Fact(name, "\(value)")]
  }
}
