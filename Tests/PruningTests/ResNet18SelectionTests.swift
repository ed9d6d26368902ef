import Foundation
import Networks
import Pruning
import Testing

/// Selection at its real size, 11.2 million weights: exact counts, and the time it takes, printed for the reader.
@Suite(.serialized)
struct ResNet18SelectionTests {
  /// torchvision's `resnet18` at 32×32: the last stage sees 1×1 images, so only the centre taps of most of it are live.
  static let network: Network = {
    var tensors = [(name: "conv1.weight", shape: [64, 3, 7, 7])]
    var dead: [String: Set<Int>] = [:]
    var inputs = 64
    for (stage, width) in [64, 128, 256, 512].enumerated() {
      for block in 0..<2 {
        let name = "layer\(stage + 1).\(block)"
        tensors.append((name: "\(name).conv1.weight", shape: [width, inputs, 3, 3]))
        tensors.append((name: "\(name).bn1.bias", shape: [width]))
        tensors.append((name: "\(name).conv2.weight", shape: [width, width, 3, 3]))
        if stage > 0 && block == 0 {
          tensors.append((name: "\(name).downsample.weight", shape: [width, inputs, 1, 1]))
        }
        if stage == 3 {
          dead["\(name).conv1.weight"] = block == 0 ? [0, 1, 2, 3, 6] : [0, 1, 2, 3, 5, 6, 7, 8]
          dead["\(name).conv2.weight"] = [0, 1, 2, 3, 5, 6, 7, 8]
        }
        inputs = width
      }
    }
    tensors.append((name: "fc.weight", shape: [10, 512]))
    var network = Network(tensors, dead: dead)
    var generator = SplitMix(state: 18)
    for index in network.arena.indices { network.arena[index] = generator.normal() * 0.03 }
    return network
  }()

  /// All convolution weights of the network.
  static let convolutionWeights = 11_166_912

  @Test func oneShotAndIterativePruningEndAtTheSameCount() throws {
    let network = Self.network
    let oneShot = try timed("global L1, 98 %") { try network.select(nil, .init(convolutionAmount: .total(0.98))) }
    #expect(pruned(oneShot) == 10_943_574)  // round(0.98 × 11,166,912)
    #expect(isSeparated(oneShot))

    var mask = Mask(allSurviving: network.layout.count)
    let schedule = try PruningSchedule(total: 0.98, iterations: 3)
    var counts: [Int] = []
    for (round, amount) in schedule.amounts.enumerated() {
      mask = try timed("global L1, round \(round + 1) of 3") {
        try network.select(mask, .init(convolutionAmount: amount, round: round))
      }
      counts.append(pruned(mask))
    }
    #expect(try counts == schedule.cumulativeCounts(of: Self.convolutionWeights))
    // The weights did not change in between, so the same ones survive, however many rounds it took.
    #expect(mask == oneShot)
  }

  @Test func localPruningTakesTheSameFractionOfEveryTensor() throws {
    let network = Self.network
    let mask = try timed("local L1, 98 %") {
      try network.select(nil, .init(convolutionAmount: .total(0.98), scope: .local))
    }
    for parameter in network.layout.parameters where parameter.role == .convolutionWeight {
      let expected = Int((0.98 * Double(parameter.count)).rounded(.toNearestOrEven))
      #expect(parameter.count - mask.survivors(of: parameter) == expected, "\(parameter.name)")
    }
  }

  @Test func equalWeightsArePrunedInOrder() throws {
    var network = Self.network
    for index in network.arena.indices { network.arena[index] = 0.25 }
    let mask = try timed("global L1, 50 %, all weights equal") {
      try network.select(nil, .init(convolutionAmount: .total(0.5)))
    }
    let order = network.indices(of: .convolutionWeight)
    let half = Self.convolutionWeights / 2
    #expect(order[..<half].allSatisfy { !mask[$0] })
    #expect(order[half...].allSatisfy { mask[$0] })
  }

  @Test func randomPruningTakesTheExactCount() throws {
    let network = Self.network
    let mask = try timed("random, 98 %") {
      try network.select(nil, .init(convolutionAmount: .total(0.98), score: .random, seed: 7))
    }
    #expect(pruned(mask) == 10_943_574)
    _ = try timed("random, 50 %") {
      try network.select(nil, .init(convolutionAmount: .total(0.5), score: .random, seed: 7))
    }
    var arena = network.arena
    mask.apply(to: &arena)
    timed("applying the mask again") { mask.apply(to: &arena) }
    #expect(zip(arena, network.arena).enumerated().allSatisfy { $1.0 == (mask[$0] ? $1.1 : 0) })
  }

  private func pruned(_ mask: Mask) -> Int {
    let convolutions = Self.network.layout.parameters.filter { $0.role == .convolutionWeight }
    return Self.convolutionWeights - convolutions.reduce(0) { $0 + mask.survivors(of: $1) }
  }

  /// Whether no pruned weight is larger than a survivor.
  private func isSeparated(_ mask: Mask) -> Bool {
    var largestPruned: Float = 0
    var smallestSurvivor = Float.infinity
    for parameter in Self.network.layout.parameters where parameter.role == .convolutionWeight {
      for index in parameter.blocks.joined() {
        let magnitude = abs(Self.network.arena[index])
        if mask[index] {
          smallestSurvivor = min(smallestSurvivor, magnitude)
        } else {
          largestPruned = max(largestPruned, magnitude)
        }
      }
    }
    return largestPruned <= smallestSurvivor
  }

  private func timed<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try body()
    let milliseconds = (clock.now - start) / .milliseconds(1)
    print("\(what): \(String(format: "%.1f", milliseconds)) ms")
    return result
  }
}
