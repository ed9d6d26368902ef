import Networks
import Pruning
import Runs
import Text
import Training

/// A moment at which a run looks at its network.
public struct Stage: Sendable, Equatable, Codable {
  public typealias Kind = RunMoment.Kind

  /// Such as `pruned, round 1 of 2`.
  public var name: String
  public var kind: Kind
  /// The round of pruning, from 1; 0 before.
  public var round: Int
  /// The optimizer steps of the whole run that are done.
  public var step: Int
  /// The seconds of the run that are over.
  public var seconds: Double
  /// On the test images.
  public var loss: Double
  /// On the test images, a fraction.
  public var accuracy: Double
  /// The pruned fraction of all convolution and linear weights.
  public var sparsity: Double
  /// The test images by their class, then by the class that they are taken for.
  public var confusion: [[Int]]
  /// The layers with weights, in the order of the `state_dict`.
  public var layers: [Layer]
  /// The smallest magnitude that pruning has left in the convolutions; right after pruning only.
  public var threshold: Double?

  public init(
    name: String, kind: Kind, round: Int, step: Int, seconds: Double, evaluation: Evaluation, sparsity: Double,
    classes: Int, layers: [Layer], threshold: Double? = nil
  ) {
    self.name = name
    self.kind = kind
    self.round = round
    self.step = step
    self.seconds = seconds
    loss = evaluation.loss
    accuracy = evaluation.accuracy
    self.sparsity = sparsity
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (truth, prediction) in zip(evaluation.truth, evaluation.predictions) {
      confusion[Int(truth)][Int(prediction)] += 1
    }
    self.confusion = confusion
    self.layers = layers
    self.threshold = threshold
  }

  /// One layer with weights.
  public struct Layer: Sendable, Equatable, Codable {
    /// Of its weights, such as `layer1.0.conv1.weight`.
    public var name: String
    /// torchvision's shape.
    public var shape: [Int]
    public var isConvolution: Bool
    /// All its weights.
    public var weights: Int
    /// Those that only ever meet padding at this input size.
    public var deadWeights: Int
    /// The weights that are not pruned.
    public var survivors: Int
    /// Of these, those that only ever meet padding.
    public var deadSurvivors: Int
    /// Of all weights, for one image, without those that meet padding.
    public var multiplyAdds: Int
    /// The survivors'.
    public var survivorMultiplyAdds: Int
    /// Of the survivors.
    public var histogram: MagnitudeCounts
  }

  /// The sums over the convolutions.
  public var convolutions: Totals { Totals(layers.filter(\.isConvolution)) }

  /// Sums over layers.
  public struct Totals: Sendable, Equatable {
    public let weights: Int
    public let deadWeights: Int
    public let survivors: Int
    public let multiplyAdds: Int
    public let survivorMultiplyAdds: Int
    public let histogram: MagnitudeCounts

    init(_ layers: [Layer]) {
      func sum(_ count: (Layer) -> Int) -> Int { layers.reduce(0) { $0 + count($1) } }
      weights = sum(\.weights)
      deadWeights = sum(\.deadWeights)
      survivors = sum(\.survivors)
      multiplyAdds = sum(\.multiplyAdds)
      survivorMultiplyAdds = sum(\.survivorMultiplyAdds)
      histogram = layers.reduce(MagnitudeCounts()) { $0 + $1.histogram }
    }
  }
}

extension Stage {
  /// What a run saw.
  init(_ moment: RunMoment, classes: Int) {
    let (network, mask) = (moment.place.network, moment.place.mask)
    self.init(
      name: moment.name, kind: moment.kind, round: moment.round, step: moment.step, seconds: moment.seconds,
      evaluation: moment.evaluation, sparsity: moment.place.sparsity, classes: classes,
      layers: Layer.all(network, mask: mask),
      threshold: moment.kind == .pruned ? Layer.threshold(network, mask: mask) : nil)
  }
}

extension Stage.Layer {
  /// The layers of a network with a mask on: what survives, what it costs, and how large it is.
  public static func all(_ network: Network, mask: Mask) -> [Stage.Layer] {
    let layout = network.layout
    let costs = CostTable(graph: network.graph, layout: layout, mask: mask)
    let parameters = Dictionary(uniqueKeysWithValues: layout.parameters.map { ($0.name, $0) })
    return costs.rows.compactMap { row -> Stage.Layer? in
      guard row.kind != .other, let parameter = parameters[row.name] else { return nil }
      var histogram = MagnitudeCounts()
      var deadSurvivors = 0
      for (block, isLive) in zip(parameter.blocks, parameter.isLive) {
        if !isLive { deadSurvivors += mask.survivors(in: block) }
        for (place, weight) in zip(block, network.arena[block]) where mask[place] { histogram.add(weight) }
      }
      return Stage.Layer(
        name: row.name, shape: row.shape, isConvolution: row.kind == .convolution, weights: row.parameters,
        deadWeights: row.deadWeights, survivors: row.survivors, deadSurvivors: deadSurvivors,
        multiplyAdds: row.multiplyAdds, survivorMultiplyAdds: row.survivorMultiplyAdds, histogram: histogram)
    }
  }

  /// The smallest magnitude among the survivors of the convolutions; nil where there are none.
  public static func threshold(_ network: Network, mask: Mask) -> Double? {
    var least = Float.infinity
    for parameter in network.layout.parameters where parameter.role == .convolutionWeight {
      for block in parameter.blocks {
        for (place, weight) in zip(block, network.arena[block]) where mask[place] { least = min(least, abs(weight)) }
      }
    }
    return least.isFinite ? Double(least) : nil
  }
}
