/// Why training cannot go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The loss is infinite or not a number.
  case diverged(epoch: Int, step: Int, learningRate: Double)
  /// Ranks that must hold the same weights and mask do not.
  case ranksDiffer(what: String, hashes: [String])

  public var description: String {
    switch self {
    case .diverged(let epoch, let step, let learningRate):
      """
      the loss is no longer a finite number in epoch \(epoch + 1), step \(step + 1), at learning rate \
      \(learningRate): try a smaller --learning-rate
      """
    case .ranksDiffer(let what, let hashes):
      "the ranks do not agree on \(what): " + hashes.enumerated().map { "rank \($0) has \($1)" }.joined(separator: ", ")
    }
  }
}
