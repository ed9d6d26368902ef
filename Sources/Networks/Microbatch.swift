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

  private let operations: [BoundOperation]
  private let values: [AlignedBuffer]
  private let gradients: [AlignedBuffer]
  private let scratch: AlignedBuffer
  private let trainingLoss: SoftmaxCrossEntropy
  private let evaluationLoss: SoftmaxCrossEntropy
  private let lossGradient: Int
  /// The mean and variance that the last training pass found, at the places of the layout's running ones.
  private let batchStatistics: AlignedBuffer

  /// - Parameter labelSmoothing: the share of each target that training spreads over all classes.
  public init(_ network: Network, lanes: Int, labelSmoothing: Float = 0) {
    self.network = network
    self.lanes = lanes
    let graph = network.graph
    let plan = GradientPlan(graph, lanes: lanes)
    values = graph.values.map { AlignedBuffer(count: $0.shape(lanes: lanes).count) }
    gradients = plan.bufferCounts.map { AlignedBuffer(count: $0) }
    operations = zip(graph.nodes, plan.steps).map { BoundOperation($0, $1, network, lanes: lanes) }
    lossGradient = plan.steps[plan.steps.count - 1].output
    scratch = AlignedBuffer(count: operations.map(\.scratchCount).max() ?? 0)
    batchStatistics = AlignedBuffer(count: network.layout.statisticsRange.count)
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
    let arena = network.arena.pointer
    // The arena's statistics are shifted to the front of `batchStatistics`; the same offsets then serve both.
    let batch = batchStatistics.pointer - network.layout.statisticsRange.lowerBound
    for operation in operations {
      let x = values[operation.input].pointer
      let y = values[operation.output].pointer
      switch operation.kind {
      case .convolution(let convolution):
        convolution.forward(weights: arena, x: x, y: y)
      case .normalization(let normalization, let places, let residual):
        let shortcut = residual.map { UnsafePointer(values[$0].pointer) }
        if training {
          normalization.forward(
            x: x, residual: shortcut, scale: arena + places.scale, shift: arena + places.shift,
            mean: batch + places.mean, variance: batch + places.variance, y: y)
        } else {
          normalization.forward(
            x: x, residual: shortcut, scale: arena + places.scale, shift: arena + places.shift,
            runningMean: arena + places.mean, runningVariance: arena + places.variance, y: y)
        }
      case .maxPooling(let pooling): pooling.forward(x: x, y: y)
      case .averagePooling(let pooling): pooling.forward(x: x, y: y)
      case .linear(let linear, let bias):
        linear.forward(weights: arena, bias: arena + bias, x: x, y: y)
      }
    }
    guard let labels = labels.baseAddress, let losses = losses.baseAddress, let predictions = predictions.baseAddress,
      let logits = values.last?.pointer
    else { return }
    (training ? trainingLoss : evaluationLoss)(
      logits: logits, labels: labels, losses: losses, predictions: predictions,
      gradient: training ? gradients[lossGradient].pointer : nil)
  }

  /// Computes the gradient of the mean loss of the last training pass, and what else a step reports.
  ///
  /// - Parameters:
  ///   - result: a buffer of the network's layout. Its exchanged range receives the gradient of live blocks, the mean and the
  ///     unbiased variance in the place of the running ones, the mean loss and the share of right predictions.
  ///   - adding: whether to add to what `result` holds, each element as one sum of two.
  public func backward(into result: AlignedBuffer, adding: Bool) {
    let arena = network.arena.pointer
    let gradient = result.pointer
    let batch = batchStatistics.pointer - network.layout.statisticsRange.lowerBound
    for operation in operations.reversed() {
      let x = values[operation.input].pointer
      let y = values[operation.output].pointer
      let yGradient = gradients[operation.gradient.output].pointer
      let xGradient = operation.gradient.input.map { gradients[$0].pointer }
      switch operation.kind {
      case .convolution(let convolution):
        convolution.weightGradient(
          x: x, yGradient: yGradient, weightGradient: gradient, adding: adding, scratch: scratch.pointer)
        if let xGradient {
          convolution.inputGradient(
            weights: arena, yGradient: yGradient, xGradient: xGradient, adding: operation.gradient.adding)
        }
      case .normalization(let normalization, let places, _):
        guard let xGradient else { continue }
        normalization.backward(
          x: x, y: y, scale: arena + places.scale, mean: batch + places.mean, variance: batch + places.variance,
          yGradient: yGradient, xGradient: xGradient, scaleGradient: gradient + places.scale,
          shiftGradient: gradient + places.shift, adding: adding)
      case .maxPooling(let pooling):
        guard let xGradient else { continue }
        pooling.backward(x: x, y: y, yGradient: yGradient, xGradient: xGradient)
      case .averagePooling(let pooling):
        guard let xGradient else { continue }
        pooling.backward(yGradient: yGradient, xGradient: xGradient)
      case .linear(let linear, let bias):
        linear.weightGradient(
          x: x, yGradient: yGradient, weightGradient: gradient, biasGradient: gradient + bias, adding: adding,
          scratch: scratch.pointer)
        if let xGradient { linear.inputGradient(weights: arena, yGradient: yGradient, xGradient: xGradient) }
      }
    }
    reportStatistics(to: gradient, adding: adding)
    reportMetrics(to: gradient + network.layout.metrics.lowerBound, adding: adding)
  }

  private func reportStatistics(to gradient: UnsafeMutablePointer<Float>, adding: Bool) {
    let batch = batchStatistics.pointer - network.layout.statisticsRange.lowerBound
    for operation in operations {
      guard case .normalization(let normalization, let places, _) = operation.kind else { continue }
      // PyTorch keeps the unbiased variance.
      let count = Float(normalization.count)
      let correction = count > 1 ? count / (count - 1) : 1
      for channel in 0..<normalization.shape.channels {
        let mean = batch[places.mean + channel]
        let variance = batch[places.variance + channel] * correction
        gradient[places.mean + channel] = adding ? gradient[places.mean + channel] + mean : mean
        gradient[places.variance + channel] = adding ? gradient[places.variance + channel] + variance : variance
      }
    }
  }

  private func reportMetrics(to metrics: UnsafeMutablePointer<Float>, adding: Bool) {
    var images = 0
    var right = 0
    var loss: Float = 0
    for lane in 0..<lanes where labels[lane] >= 0 {
      images += 1
      loss += losses[lane]
      if predictions[lane] == labels[lane] { right += 1 }
    }
    let share = images == 0 ? 0 : 1 / Float(images)
    metrics[0] = adding ? metrics[0] + loss * share : loss * share
    metrics[1] = adding ? metrics[1] + Float(right) * share : Float(right) * share
  }
}
