import Kernels
import MPI
import Networks
import Pruning

/// What a step makes of a network's arena from the sum of gradients, one slice of it a rank.
package final class ParameterUpdate {
  /// The share of a batch's statistics in the running ones: PyTorch's `momentum` of batch normalization.
  static let statisticsMomentum: Float = 0.1

  private let network: Network
  private let mask: Mask?
  private let owned: Range<Int>
  private let decaysAll: Bool
  private var optimizer: any Optimizer
  /// The optimizer's, of the owned parameters.
  private let slices: [AlignedBuffer]
  /// The same of dead taps, where L1 regularization moves each by its own sign.
  private var deadSlices: [AlignedBuffer] = []
  /// nil where none is kept.
  let average: WeightAverage?

  /// - Parameters:
  ///   - mask: which weights survive, where the arena holds others as well.
  ///   - owned: the part of the exchanged range that this rank updates.
  ///   - state: what an optimizer remembered; nil at the beginning.
  package init(_ network: Network, mask: Mask?, owned: Range<Int>, method: TrainingMethod, from state: OptimizerState?)
  {
    self.network = network
    self.mask = mask
    self.owned = owned
    decaysAll = method.decaysAll
    optimizer = method.optimizer
    average = method.averaging > 0 ? WeightAverage(of: network, owned: owned, decay: method.averaging) : nil
    let live = owned.clamped(to: 0..<network.layout.liveCount)
    slices = optimizer.slices.map { _ in AlignedBuffer(count: live.count) }
    guard let state else { return }
    optimizer.scalars = state.scalars
    for (name, slice) in zip(optimizer.slices, slices) {
      if let whole = state.slices[name] { _ = slice.elements.update(fromContentsOf: whole[live]) }
      guard let dead = state.dead[name] else { continue }
      deadSlices.append(AlignedBuffer(count: dead.count))
      _ = deadSlices.last?.elements.update(fromContentsOf: dead)
    }
    if let whole = state.average { average?.take(whole) }
  }

  /// What decides the next steps.
  ///
  /// - Parameter gather: brings together all ranks' parts of a buffer of the layout, of which it is given this rank's part, where
  ///   that lies, and how many elements there are.
  package func state(
    gather: (AlignedBuffer, Range<Int>, Int) throws(MPIError) -> [Float]
  ) throws(MPIError) -> OptimizerState {
    var state = OptimizerState(slices: [:], scalars: optimizer.scalars)
    let layout = network.layout
    for (name, slice) in zip(optimizer.slices, slices) {
      state.slices[name] = try gather(slice, owned.clamped(to: 0..<layout.liveCount), layout.liveCount)
    }
    for (name, slice) in zip(optimizer.slices, deadSlices) { state.dead[name] = Array(slice.elements) }
    if let average { state.average = try gather(average.values, average.range, layout.averagedCount) }
    return state
  }

  /// Updates the owned range of the arena, and all dead taps, from a sum of gradients.
  ///
  /// - Parameter averageStep: the number of the step for the moving average, from 1; see ``WeightAverage/add(_:step:)``.
  package func apply(_ step: UpdateStep, gradient: AlignedBuffer, averageStep: Int) {
    optimizer.begin(step)
    updateParameters(step, gradient)
    updateStatistics(gradient, scale: step.gradientScale)
    updateDeadTaps(step)
    average?.add(network.arena, step: averageStep)
  }

  /// Brings dead taps up to date, before anybody reads them.
  package func finishDeadTaps() {
    let (factor, dead) = (optimizer.takeDeadFactor(), network.arena[network.layout.dead])
    guard factor != 1, let first = dead.baseAddress else { return }
    scaleFloats(first, by: Float(factor), count: dead.count)
  }

  private func updateParameters(_ step: UpdateStep, _ gradient: AlignedBuffer) {
    let layout = network.layout
    var unregularized = step
    unregularized.l1 = 0
    if !decaysAll { unregularized.weightDecay = 0 }
    let weights = owned.clamped(to: 0..<layout.weightCount)
    update(weights, step, gradient)
    update(owned.clamped(to: layout.weightCount..<layout.liveCount), unregularized, gradient)
    guard let mask else { return }
    mask.apply(to: network.arena[weights], from: weights.lowerBound)
    for slice in slices { mask.apply(to: slice[0..<weights.count], from: weights.lowerBound) }
  }

  private func update(_ range: Range<Int>, _ step: UpdateStep, _ gradient: AlignedBuffer) {
    guard !range.isEmpty else { return }
    optimizer.update(
      network.arena.pointer + range.lowerBound, gradient: gradient.pointer + range.lowerBound, slices: slices,
      offset: range.lowerBound - owned.lowerBound, count: range.count, step)
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

  private func updateDeadTaps(_ step: UpdateStep) {
    let range = network.layout.dead
    guard !range.isEmpty else { return }
    guard step.l1 != 0 else { return optimizer.passDead(step) }
    if deadSlices.isEmpty { deadSlices = optimizer.slices.map { _ in AlignedBuffer(count: range.count) } }
    optimizer.update(
      network.arena.pointer + range.lowerBound, gradient: nil, slices: deadSlices, offset: 0, count: range.count, step)
    mask?.apply(to: network.arena[range], from: range.lowerBound)
  }
}
