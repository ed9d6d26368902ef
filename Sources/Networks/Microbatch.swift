import Kernels

/// The workspace of one microbatch: all activations and gradients of a network for a fixed number of images.
///
/// Everything is allocated when it is made; `forward` and `backward` allocate nothing.
public final class Microbatch {
  public let network: Network
  /// The images that one pass handles, a multiple of 16.
  public let lanes: Int
  /// The label of each image; -1 marks a lane without one.
  public let labels: UnsafeMutableBufferPointer<Int32>
  /// After ``forward(training:)``: the loss of each image.
  public let losses: UnsafeMutableBufferPointer<Float>
  /// After ``forward(training:)``: the most likely class of each image.
  public let predictions: UnsafeMutableBufferPointer<Int32>

  private let layers: [BoundLayer]
  private let values: [AlignedBuffer]
  private let gradients: [AlignedBuffer]
  private let scratch: AlignedBuffer
  private let trainingLoss: SoftmaxCrossEntropy
  private let evaluationLoss: SoftmaxCrossEntropy
  private let lossGradient: AlignedBuffer

  /// - Parameter labelSmoothing: the share of each target that training spreads over all classes.
  public init(_ network: Network, lanes: Int, labelSmoothing: Float = 0) {
    self.network = network
    self.lanes = lanes
    let graph = network.graph
    let plan = GradientPlan(graph, lanes: lanes)
    let values = graph.values.map { AlignedBuffer(count: $0.shape(lanes: lanes).count) }
    let gradients = plan.bufferCounts.map { AlignedBuffer(count: $0) }
    layers = zip(graph.nodes, plan.steps).map { node, step in
      node.layer.bind(
        to: LayerWorkspace(
          network: network, lanes: lanes, inputs: node.inputs.map { UnsafePointer(values[$0].pointer) },
          output: values[node.output].pointer, outputGradient: gradients[step.output].pointer,
          inputGradient: step.input.map { gradients[$0].pointer }, addsInputGradient: step.adding))
    }
    self.values = values
    self.gradients = gradients
    lossGradient = gradients[plan.steps[plan.steps.count - 1].output]
    scratch = AlignedBuffer(count: layers.map(\.scratchCount).max() ?? 0)
    trainingLoss = SoftmaxCrossEntropy(classes: network.classes, lanes: lanes, labelSmoothing: labelSmoothing)
    evaluationLoss = SoftmaxCrossEntropy(classes: network.classes, lanes: lanes)
    labels = .allocate(capacity: lanes)
    labels.initialize(repeating: -1)
    losses = .allocate(capacity: lanes)
    losses.initialize(repeating: 0)
    predictions = .allocate(capacity: lanes)
    predictions.initialize(repeating: 0)
  }

  deinit {
    labels.deallocate()
    losses.deallocate()
    predictions.deallocate()
  }

  /// Where the images go: `[3][height][width][lane]`, normalised, with ``imageStride`` floats from channel to channel.
  public var images: UnsafeMutablePointer<Float> { values[0].pointer }

  /// The floats from one color channel of ``images`` to the next.
  public var imageStride: Int { network.graph.values[0].shape(lanes: lanes).channelStride }

  /// After ``forward(training:)``: `[classes][lane]`.
  public var logits: UnsafeBufferPointer<Float> { UnsafeBufferPointer(values[values.count - 1].elements) }

  /// The value of a node's output, for inspection: its shape and its first element.
  public func value(_ index: NetworkGraph.ValueIndex) -> (shape: ActivationShape, pointer: UnsafePointer<Float>) {
    (network.graph.values[index].shape(lanes: lanes), UnsafePointer(values[index].pointer))
  }

  /// Computes logits, losses and predictions of ``images``.
  ///
  /// - Parameter training: whether batch normalization uses the microbatch's own statistics (and ``backward(into:adding:)``
  ///   may follow) or the running ones.
  public func forward(training: Bool) {
    for layer in layers { layer.forward(training) }
    guard let labels = labels.baseAddress, let losses = losses.baseAddress, let predictions = predictions.baseAddress,
      let logits = values.last?.pointer
    else { return }
    (training ? trainingLoss : evaluationLoss)(
      logits: logits, labels: labels, losses: losses, predictions: predictions,
      gradient: training ? lossGradient.pointer : nil)
  }

  /// Computes the gradient of the mean loss of the last training pass, and what else a step reports.
  ///
  /// - Parameters:
  ///   - result: a buffer of the network's layout. Its exchanged range receives the gradient of live blocks, the mean and the
  ///     unbiased variance in the place of the running ones, the mean loss and the share of right predictions.
  ///   - adding: whether to add to what `result` holds, each element as one sum of two.
  public func backward(into result: AlignedBuffer, adding: Bool) {
    let gradient = ParameterGradient(pointer: result.pointer, adding: adding, scratch: scratch.pointer)
    for layer in layers.reversed() { layer.backward(gradient) }
    reportMetrics(to: result, adding: adding)
  }

  private func reportMetrics(to result: AlignedBuffer, adding: Bool) {
    var images = 0
    var right = 0
    var loss: Float = 0
    for lane in 0..<lanes where labels[lane] >= 0 {
      images += 1
      loss += losses[lane]
      if predictions[lane] == labels[lane] { right += 1 }
    }
    let share = images == 0 ? 0 : 1 / Float(images)
    func report(_ value: Float, _ place: Int) {
      result.pointer[place] = adding ? result.pointer[place] + value : value
    }
    report(loss * share, network.layout.lossPlace)
    report(Float(right) * share, network.layout.accuracyPlace)
  }
}
