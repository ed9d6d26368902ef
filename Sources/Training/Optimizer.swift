import Kernels
import NeuralNetwork
import Pruning

/// What an optimizer remembers from step to step, of all ranks' slices together.
package struct OptimizerState: Sendable, Equatable {
  /// Of the live parameters.
  package var momentum: [Float]
  /// What has not yet been done to dead taps.
  package var dead: DeadWeightDecay
  /// Of dead taps, where L1 regularization moves each by its own sign.
  package var deadMomentum: [Float]?

  package init(momentum: [Float], dead: DeadWeightDecay, deadMomentum: [Float]?) {
    self.momentum = momentum
    self.dead = dead
    self.deadMomentum = deadMomentum
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

  /// - Parameter owned: the part of the exchanged range that this rank updates.
  init(_ network: Network, owned: Range<Int>) {
    self.network = network
    self.owned = owned
    velocity = AlignedBuffer(count: owned.clamped(to: 0..<network.layout.liveCount).count)
  }

  /// An optimizer that goes on, with the survivors' momentum, where another one stands.
  ///
  /// - Parameters:
  ///   - momentum: of all live parameters in the other one's layout; see ``copyMomentum(to:)``.
  ///   - compaction: from its layout to the network's.
  convenience init(
    _ network: Network, owned: Range<Int>, continuing other: Optimizer, momentum: AlignedBuffer, compaction: Compaction
  ) {
    self.init(network, owned: owned)
    for index in owned.clamped(to: 0..<network.layout.liveCount) {
      velocity.pointer[index - owned.lowerBound] = momentum.pointer[Int(compaction.sources[index])]
    }
    dead = other.dead
  }

  /// An optimizer that goes on from a checkpoint.
  convenience init(_ network: Network, owned: Range<Int>, restoring state: OptimizerState) {
    self.init(network, owned: owned)
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
  /// - Parameter momentum: of all live parameters, brought together from the ranks.
  func state(momentum: [Float]) -> OptimizerState {
    OptimizerState(momentum: momentum, dead: dead, deadMomentum: deadVelocity.map { Array($0.elements) })
  }

  /// Copies the momentum of the owned parameters to their places in a buffer of the layout.
  func copyMomentum(to buffer: AlignedBuffer) {
    let live = owned.clamped(to: 0..<network.layout.liveCount)
    (buffer.pointer + live.lowerBound).update(from: velocity.pointer, count: live.count)
  }

  /// Updates the owned range of the arena, and all dead taps, from the sum of `microbatches` gradients.
  func step(_ step: GradientDescentStep, gradient: AlignedBuffer, microbatches: Int, mask: Mask?) {
    var scaled = step
    scaled.gradientScale = 1 / Float(microbatches)
    updateParameters(scaled, gradient, mask)
    updateStatistics(gradient, scale: scaled.gradientScale)
    updateDeadTaps(step, mask)
  }

  /// Brings dead taps up to date, before anybody reads them.
  func finishDeadTaps() {
    dead.apply(to: network.arena[network.layout.dead])
  }

  private func updateParameters(_ step: GradientDescentStep, _ gradient: AlignedBuffer, _ mask: Mask?) {
    let layout = network.layout
    var unregularized = step
    unregularized.l1 = 0
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
