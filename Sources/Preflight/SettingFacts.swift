import Foundation
import NeuralNetwork
import Training

extension RankFacts {
  /// All settings that decide a run's result, one fact each, and the weights that it begins with.
  ///
  /// Where ranks have images and model is their own affair, as long as the contents are the same.
  ///
  /// - Parameter others: more settings of which all ranks must have the same.
  public static func settings(
    _ configuration: RunConfiguration, network: Network, others: [Fact] = []
  ) throws -> [Fact] {
    var configuration = configuration
    configuration.data = nil
    configuration.model = nil
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(configuration))
    return flattened(object, "the setting ").sorted { $0.name < $1.name } + others
      + [Fact("the weights to begin with", "hash \(ArenaHash(network))")]
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
