import Foundation
import Runs
import Training

/// Why a record, or a line of metrics, is none that a run can have written.
struct ImpossibleFigure: Error, CustomStringConvertible {
  let description: String

  init(_ what: String, _ found: some Any) { description = "\(what) is \(found), which no run can come to" }
}

/// More than any run comes to; sums over all layers or pairs of classes can still be counted.
private let possible = 0...(1 << 40)

private func require(_ count: Int, _ what: String) throws(ImpossibleFigure) {
  guard possible ~= count else { throw ImpossibleFigure(what, count) }
}

/// A figure that may be no number, or infinite, but not beyond what can be shown.
private func require(_ value: Double, _ what: String) throws(ImpossibleFigure) {
  guard !value.isFinite || abs(value) <= 1e15 else { throw ImpossibleFigure(what, value) }
}

private func requireTime(_ seconds: Double) throws(ImpossibleFigure) {
  guard 0 <= seconds, seconds <= 1e15 else { throw ImpossibleFigure("a time", seconds) }
}

extension RunRecord {
  /// Throws unless a run can have come to these figures.
  func check() throws(ImpossibleFigure) {
    let classes = data.classNames.count
    guard classes <= 1 << 16 else { throw ImpossibleFigure("the number of classes", classes) }
    try requireTime(seconds)
    for session in sessions {
      try require(session.ranks, "ranks")
      try require(session.firstStep, "first_step")
    }
    for stage in stages {
      try require(stage.round, "round")
      try require(stage.step, "step")
      try requireTime(stage.seconds)
      for value in [stage.loss, stage.accuracy, stage.sparsity, stage.threshold ?? 0] {
        try require(value, "a figure of \(stage.name)")
      }
      guard stage.confusion.count == classes, stage.confusion.allSatisfy({ $0.count == classes }) else {
        throw ImpossibleFigure("the confusion matrix", "not of \(classes) classes")
      }
      for count in stage.confusion.joined() { try require(count, "a count of the confusion matrix") }
      try require(stage.layers.count << 20, "the number of layers")
      for layer in stage.layers { try layer.check() }
    }
    if let changes {
      try require(changes.lost, "lost")
      try require(changes.won, "won")
      for image in changes.images {
        try require(image.index, "an image's index")
        guard 0..<classes ~= image.truth, 0..<classes ~= image.prediction else {
          throw ImpossibleFigure("an image's class", "\(image.truth) or \(image.prediction)")
        }
      }
    }
    if let packedBytes { try require(packedBytes, "packed_bytes") }
    if let speed {
      guard speed.batch > 0, [speed.dense, speed.pruned].allSatisfy({ 0 < $0 && $0 <= 1e15 }) else {
        throw ImpossibleFigure("speed", "\(speed)")
      }
    }
  }
}

extension Stage.Layer {
  fileprivate func check() throws(ImpossibleFigure) {
    for size in shape { try require(size, "a size of \(name)") }
    try require(weights, "weights of \(name)")
    try require(multiplyAdds, "multiply_adds of \(name)")
    guard 0...weights ~= survivors, 0...weights ~= deadWeights, 0...min(survivors, deadWeights) ~= deadSurvivors,
      survivors - deadSurvivors <= weights - deadWeights, 0...multiplyAdds ~= survivorMultiplyAdds
    else { throw ImpossibleFigure("a part of \(name)", "more than the whole") }
    for count in histogram.negative + histogram.positive + [histogram.small] {
      // The sum over layers must be countable too.
      guard 0...weights ~= count else { throw ImpossibleFigure("a bin of \(name)", count) }
    }
    for value in [histogram.sum, histogram.sumOfSquares] { try require(value, "a sum of \(name)") }
  }
}

extension MetricsRecord {
  /// Throws unless a run can have come to these figures.
  func check() throws(ImpossibleFigure) {
    let counts = [round, epoch, step, exchangeBytes ?? 0, skippedSteps ?? 0]
    for count in counts { try require(count, "a count") }
    let values = [
      trainLoss, trainAccuracy, testLoss, testAccuracy, learningRate, imagesPerSecond, exchangeShare, exchangeSeconds,
      sparsity,
    ]
    try requireTime(seconds)
    for value in values { if let value { try require(value, "a figure") } }
  }
}
