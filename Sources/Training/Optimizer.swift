import Kernels
import Networks
import Pruning

/// What an optimizer remembers from step to step, of all ranks' slices together.
package struct OptimizerState: Sendable, Equatable {
  /// Of the live parameters.
  package var momentum: [Float]
  /// What has not yet been done to dead taps.
  package var dead: DeadWeightDecay
  /// Of dead taps, where L1 regularization moves each by its own sign.
  package var deadMomentum: [Float]?
  /// The moving average of the live parameters and running statistics, where there is one.
  package var average: [Float]?

  package init(momentum: [Float], dead: DeadWeightDecay, deadMomentum: [Float]?, average: [Float]? = nil) {
    self.momentum = momentum
    self.dead = dead
    self.deadMomentum = deadMomentum
    self.average = average
  }
}

/// Stochastic gradient descent on a network's arena, one slice of it a rank.
final class Optimizer {
  /// The share of a batch's statistics in the running ones: PyTorch's `momentum` of batch normalization.
  static let statisticsMomentum: Float = 0.1

  private let network: Network
  private let owned: Range<Int>
  /// The momentum of the owned parameters.
  private let velocity: AlignedBuffer
  private var dead = DeadWeightDecay()
  /// The momentum of dead taps, where L1 regularization moves each by its own sign.
  private var deadVelocity: AlignedBuffer?
  /// nil where none is kept.
  let average: WeightAverage?

  /// - Parameters:
  ///   - owned: the part of the exchanged range that this rank updates.
  ///   - averaging: the decay of a moving average; 0 for none.
  init(_ network: Network, owned: Range<Int>, averaging: Double) {
    self.network = network
    self.owned = owned
    average = averaging > 0 ? WeightAverage(of: network, owned: owned, decay: averaging) : nil
    velocity = AlignedBuffer(count: owned.clamped(to: 0..<network.layout.liveCount).count)
  }

  /// An optimizer that goes on, with the survivors' momentum, where another one stands.
  ///
  /// - Parameters:
  ///   - averaging: the decay of a moving average; 0 for none.
  ///   - momentum: of all live parameters in the other one's layout; see ``copyMomentum(to:)``.
  ///   - average: the moving average in that layout, where there is one.
  ///   - compaction: from its layout to the network's.
  convenience init(
    _ network: Network, owned: Range<Int>, averaging: Double, continuing other: Optimizer, momentum: AlignedBuffer,
    average whole: [Float]?, compaction: Compaction
  ) {
    self.init(network, owned: owned, averaging: averaging)
    if let whole { average?.take(whole) { Int(compaction.sources[$0]) } }
    for index in owned.clamped(to: 0..<network.layout.liveCount) {
      velocity.pointer[index - owned.lowerBound] = momentum.pointer[Int(compaction.sources[index])]
    }
    dead = other.dead
  }

  /// An optimizer that goes on from a checkpoint.
  convenience init(_ network: Network, owned: Range<Int>, averaging: Double, restoring state: OptimizerState) {
    self.init(network, owned: owned, averaging: averaging)
    if let whole = state.average { average?.take(whole) }
    let live = owned.clamped(to: 0..<network.layout.liveCount)
    for (place, index) in live.enumerated() { velocity.pointer[place] = state.momentum[index] }
    dead = state.dead
    guard let saved = state.deadMomentum else { return }
    let buffer = AlignedBuffer(count: saved.count)
    for (place, value) in saved.enumerated() { buffer.pointer[place] = value }
    deadVelocity = buffer
  }

  /// What decides the optimizer's next steps.
  ///
  /// - Parameters:
  ///   - momentum: of all live parameters, brought together from the ranks.
  ///   - average: the moving average, brought together as well.
  func state(momentum: [Float], average: [Float]?) -> OptimizerState {
    OptimizerState(
      momentum: momentum, dead: dead, deadMomentum: deadVelocity.map { Array($0.elements) }, average: average)
  }

  /// Copies the momentum of the owned parameters to their places in a buffer of the layout.
  func copyMomentum(to buffer: AlignedBuffer) {
    let live = owned.clamped(to: 0..<network.layout.liveCount)
    (buffer.pointer + live.lowerBound).update(from: velocity.pointer, count: live.count)
  }

  /// Updates the owned range of the arena, and all dead taps, from the sum of `microbatches` gradients.
  ///
  /// - Parameters:
  ///   - averageStep: the number of the step for the moving average, from 1; see ``WeightAverage/add(_:step:)``.
  ///   - decaysAll: whether weight decay acts on biases and normalization too.
  func step(
    _ step: GradientDescentStep, averageStep: Int, gradient: AlignedBuffer, microbatches: Int, decaysAll: Bool,
    mask: Mask?
  ) {
    var scaled = step
    scaled.gradientScale = 1 / Float(microbatches)
    updateParameters(scaled, decaysAll: decaysAll, gradient, mask)
    updateStatistics(gradient, scale: scaled.gradientScale)
    updateDeadTaps(step, mask)
    average?.add(network.arena, step: averageStep)
  }

  /// Brings dead taps up to date, before anybody reads them.
  func finishDeadTaps() {
    dead.apply(to: network.arena[network.layout.dead])
  }

  private func updateParameters(
    _ step: GradientDescentStep, decaysAll: Bool, _ gradient: AlignedBuffer, _ mask: Mask?
  ) {
    let layout = network.layout
    var unregularized = step
    unregularized.l1 = 0
    if !decaysAll { unregularized.weightDecay = 0 }
    let weights = owned.clamped(to: 0..<layout.weightCount)
    let others = owned.clamped(to: layout.weightCount..<layout.liveCount)
    update(weights, step, gradient, mask)
    update(others, unregularized, gradient, nil)
  }

  private func update(_ range: Range<Int>, _ step: GradientDescentStep, _ gradient: AlignedBuffer, _ mask: Mask?) {
    guard !range.isEmpty else { return }
    func run(_ survivors: UnsafePointer<UInt64>?) {
      step(
        weights: network.arena.pointer + range.lowerBound, gradient: gradient.pointer + range.lowerBound,
        velocity: velocity.pointer + (range.lowerBound - owned.lowerBound), count: range.count, survivors: survivors,
        firstBit: range.lowerBound)
    }
    guard let mask else { return run(nil) }
    mask.withUnsafeBytes { bytes in run(bytes.baseAddress?.assumingMemoryBound(to: UInt64.self)) }
  }

  private func updateStatistics(_ gradient: AlignedBuffer, scale: Float) {
    let layout = network.layout
    let arena = network.arena.pointer
    for place in owned.clamped(to: layout.statisticsRange) {
      let batch = gradient.pointer[place] * scale
      arena[place] += Self.statisticsMomentum * (batch - arena[place])
    }
    for place in owned.clamped(to: layout.metrics) { arena[place] = gradient.pointer[place] * scale }
  }

  private func updateDeadTaps(_ step: GradientDescentStep, _ mask: Mask?) {
    let range = network.layout.dead
    guard !range.isEmpty else { return }
    guard step.l1 != 0 else { return dead.advance(step) }
    let velocity = deadVelocity ?? AlignedBuffer(count: range.count)
    deadVelocity = velocity
    step(
      weights: network.arena.pointer + range.lowerBound, gradient: nil, velocity: velocity.pointer, count: range.count)
    guard let mask else { return }
    mask.apply(to: network.arena[range], from: range.lowerBound)
  }
}
