import Images
import Kernels
import MPI
import Networks
import Pruning
import TestSupport
import Testing
import Training

/// What every optimizer does to a network's arena: pruned with a mask or without a place, dead taps, and from its own state on.
struct ParameterUpdateTests {
  /// A tenth of a small network's weights survive; or resnet18, which has dead taps.
  private struct Place {
    let network: Network
    let update: ParameterUpdate

    init(_ network: Network, mask: Mask? = nil, _ kind: OptimizerKind, from state: OptimizerState? = nil) {
      self.network = network
      let method = TrainingMethod(
        seed: 0, augmentation: nil, exchange: .tree, optimizer: kind.make(momentum: 0.9, nesterov: true),
        weightDecay: 0.05, decaysAll: false, averaging: 0.9)
      update = ParameterUpdate(
        network, mask: mask, owned: 0..<network.layout.exchangedCount, method: method, from: state)
    }

    var weights: [Float] { Array(network.arena[0..<network.layout.count]) }

    /// - Parameter sources: where in the full gradient an element of the layout lies.
    func step(_ numbers: Range<Int>, l1: Float = 0, full: Int, sources: [Int32]? = nil) {
      for number in numbers {
        let whole = Formula.uniform("update/\(number)", count: full, scale: 2)
        let own = sources.map { $0.prefix(network.layout.exchangedCount).map { whole[Int($0)] } } ?? whole
        update.apply(
          UpdateStep(learningRate: 0.1 / Float(number + 1), weightDecay: 0.05, l1: l1, gradientScale: 0.25),
          gradient: AlignedBuffer(own), averageStep: number + 1)
      }
    }

    func state() throws -> OptimizerState {
      try update.state { part, _, count in Array(part[0..<count]) }
    }
  }

  private static func network(_ architecture: Architecture = .resnet8) -> Network {
    let network = Network(architecture)
    network.initialize(seed: 1)
    return network
  }

  @Test(arguments: OptimizerKind.allCases)
  func survivorsAreTheSameWithAMaskAndWithoutPruned(kind: OptimizerKind) throws {
    let full = Self.network()
    var mask = Mask(allSurviving: full.layout.count)
    for parameter in full.layout.convolutionWeights {
      for block in parameter.blocks { for index in block where index % 10 != 0 { mask[index] = false } }
    }
    let compaction = full.layout.compaction(keeping: mask)
    let compact = Place(full.compacted(compaction), kind)
    mask.apply(to: full.arena[0..<full.layout.count])
    let masked = Place(full, mask: mask, kind)
    let count = full.layout.exchangedCount
    masked.step(0..<3, full: count)
    compact.step(0..<3, full: count, sources: compaction.sources)
    let all = masked.weights
    #expect(compact.weights == compaction.sources.map { all[Int($0)] })
    #expect(all.indices.allSatisfy { mask[$0] || all[$0] == 0 })
    // Pruned on the way, it goes on from the survivors' state.
    let (state, rest) = (try masked.state(), try compact.state())
    #expect(state.slices.keys == rest.slices.keys && state.scalars == rest.scalars)
    for (name, slice) in rest.slices {
      let whole = try #require(state.slices[name])
      #expect(slice == (0..<slice.count).map { whole[Int(compaction.sources[$0])] }, "\(name)")
    }
  }

  @Test(arguments: OptimizerKind.allCases, [Float(0), 1e-3])
  func itGoesOnFromItsStateAsIfNothingHadHappened(kind: OptimizerKind, l1: Float) throws {
    let whole = Place(Self.network(.resnet18), kind)
    let count = whole.network.layout.exchangedCount
    whole.step(0..<2, l1: l1, full: count)
    let other = Network(.resnet18)
    _ = other.arena.elements.update(fromContentsOf: whole.network.arena.elements)
    let resumed = Place(other, kind, from: try whole.state())
    for place in [whole, resumed] {
      place.step(2..<3, l1: l1, full: count)
      place.update.finishDeadTaps()
    }
    #expect(resumed.weights == whole.weights)
    #expect(try resumed.state() == whole.state())
  }

  @Test func deadTapsFollowAdamWsDecay() {
    let place = Place(Self.network(.resnet18), .adamw)
    let dead = place.network.layout.dead
    let before = place.weights[dead]
    place.step(0..<2, full: place.network.layout.exchangedCount)
    #expect(place.weights[dead] == before)
    place.update.finishDeadTaps()
    let factor = Float((1 - Double(Float(0.1)) * Double(Float(0.05))) * (1 - Double(Float(0.05)) * Double(Float(0.05))))
    #expect(dead.count > 1_000_000 && place.weights[dead].elementsEqual(before.map { $0 * factor }))
  }
}
