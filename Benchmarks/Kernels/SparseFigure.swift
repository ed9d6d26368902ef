import Foundation
import Kernels

/// How fast one operation of one sparse convolution is.
struct SparseFigure: Encodable {
  let network: String
  let layer: String
  let operation: String
  /// The pruned share of the weights.
  let sparsity: Double
  /// Of the survivors' multiply-adds that meet a pixel, per second: median and best.
  let gigaflops: Double
  let bestGigaflops: Double
  /// The median's time, and that of the dense convolution by the backend that is fastest here.
  let seconds: Double
  let denseSeconds: Double
  let denseGigaflops: Double
  /// Whether a network runs the sparse kernel here.
  let prefersSparse: Bool

  static let sparsities = [0.4, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99]

  /// Measures a layer at all sparsities, these and the dense backends in turn.
  static func measure(_ layer: Layer, in network: String, _ options: Options) -> [SparseFigure] {
    let (shape, lanes) = (layer.shape, options.lanes)
    let activations = Activations(shape, lanes: lanes)
    let dense = ConvolutionBackend.allCases.filter { $0.suits(shape) }.map {
      Trial(shape, activations: activations, lanes: lanes, backend: $0)
    }
    let patterns = sparsities.map { SparsePattern(pruning: shape, sparsity: $0) }
    let sparse = patterns.map { Trial($0, activations: activations, lanes: lanes) }
    return ConvolutionOperation.allCases.flatMap { operation -> [SparseFigure] in
      guard operation != .inputGradient || layer.hasInputGradient else { return [] }
      let runs = dense.map { trial in { trial.run(operation) } } + sparse.map { trial in { trial.run(operation) } }
      let timings = measureInTurn(runs, rounds: options.rounds)
      let denseSeconds = timings.prefix(dense.count).map(\.median).min() ?? 0
      return zip(zip(sparsities, patterns), timings.dropFirst(dense.count)).map { pruned, timing in
        let work = 2e-9 * Double(pruned.1.multiplyAdds * lanes)
        return SparseFigure(
          network: network, layer: layer.name, operation: operation.title, sparsity: pruned.0,
          gigaflops: work / timing.median, bestGigaflops: work / timing.best, seconds: timing.median,
          denseSeconds: denseSeconds, denseGigaflops: 2e-9 * Double(shape.multiplyAdds * lanes) / denseSeconds,
          prefersSparse: SparsityRule.prefersSparse(operation, pruned.1))
      }
    }
  }

  private static func measureInTurn(_ runs: [() -> Void], rounds: Int) -> [Timing] {
    for run in runs { run() }
    var timings = runs.map { _ in Timing() }
    for _ in 0..<rounds {
      for (index, run) in runs.enumerated() { timings[index].measure(run) }
    }
    return timings
  }

  private struct File: Encodable {
    /// What multiplying directly can reach on this core.
    let tileGigaflops: Double
    let figures: [SparseFigure]
  }

  static func write(_ figures: [SparseFigure], to path: String) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(File(tileGigaflops: TileRate.measure(), figures: figures)).write(to: URL(filePath: path))
  }
}
