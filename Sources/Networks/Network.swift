import Kernels
import RandomNumbers

/// A network's layers and everything it has learned.
public final class Network {
  public let architecture: Architecture
  public let classes: Int
  public let graph: NetworkGraph
  public let layout: ParameterLayout
  /// The arena: parameters and running statistics, at the places that ``layout`` names.
  public let arena: AlignedBuffer
  /// The training steps that have updated the running statistics: PyTorch's `num_batches_tracked`.
  public var batchesTracked: Int64 = 0

  /// A network whose parameters are all zero, normalization scales and running variances one.
  public convenience init(_ architecture: Architecture, classes: Int = 10) {
    self.init(architecture, classes: classes, layout: ParameterLayout(architecture.graph(classes: classes)))
  }

  /// - Parameter layout: the layout of that architecture's parameters, or one made from it by a ``Compaction``.
  init(_ architecture: Architecture, classes: Int, layout: ParameterLayout) {
    self.architecture = architecture
    self.classes = classes
    self.layout = layout
    graph = architecture.graph(classes: classes)
    arena = AlignedBuffer(count: layout.count)
    for parameter in layout.parameters where parameter.role == .normalizationScale {
      arena[parameter.blocks[0]].update(repeating: 1)
    }
    for statistics in layout.statistics { arena[statistics.variance].update(repeating: 1) }
  }

  /// Draws new parameters, distributed as torchvision's, and starts the running statistics anew.
  ///
  /// Each parameter draws from a stream of its own, in torchvision's element order.
  public func initialize(seed: UInt64) {
    let declarations = graph.declaredLayers.flatMap { layer in layer.parameters.map { (layer, $0) } }
    for (index, ((layer, declaration), parameter)) in zip(declarations, layout.parameters).enumerated() {
      var stream = RandomStream(seed: seed, purpose: .initialization, index: index)
      store(layer.initialValues(of: declaration, from: &stream), in: parameter)
    }
    for statistics in layout.statistics {
      arena[statistics.mean].update(repeating: 0)
      arena[statistics.variance].update(repeating: 1)
    }
    batchesTracked = 0
  }

  /// The parameter of that name, one that a layer of the network declares.
  public func parameter(_ name: String) -> Parameter {
    guard let parameter = layout.parameters.first(where: { $0.name == name }) else {
      preconditionFailure("the layout was made from the same graph and must hold \(name)")
    }
    return parameter
  }

  /// The running statistics of the normalization of that name.
  public func statistics(_ name: String) -> RunningStatistics {
    guard let statistics = layout.statistics.first(where: { $0.name == name }) else {
      preconditionFailure("the layout was made from the same graph and must hold \(name)")
    }
    return statistics
  }
}
