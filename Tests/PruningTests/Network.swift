import Networks
import Pruning
import Testing

/// A network of given parameters whose arena is laid out as a real one's: live blocks first, dead taps behind, and
/// normalization parameters between them that nothing may touch.
struct Network {
  var layout: ParameterLayout
  var arena: [Float]

  /// - Parameters:
  ///   - tensors: names and torchvision shapes; four dimensions make a convolution, two a linear weight, one a shift.
  ///   - dead: for a name, the taps that are dead.
  init(_ tensors: [(name: String, shape: [Int])], dead: [String: Set<Int>] = [:]) {
    var end = 0
    var blocks = tensors.map { [Range<Int>?](repeating: nil, count: Self.taps(of: $0.shape)) }
    for live in [true, false] {
      for (number, tensor) in tensors.enumerated() {
        for tap in blocks[number].indices where dead[tensor.name, default: []].contains(tap) != live {
          let length = tensor.shape.reduce(1, *) / blocks[number].count
          blocks[number][tap] = end..<end + length
          end += length
        }
      }
    }
    let parameters = zip(tensors, blocks).map { tensor, blocks in
      Parameter(
        name: tensor.name, shape: tensor.shape, role: Self.role(of: tensor.shape), blocks: blocks.compactMap { $0 },
        isLive: blocks.indices.map { !dead[tensor.name, default: []].contains($0) })
    }
    let liveCount = parameters.reduce(0) { sum, parameter in
      sum + zip(parameter.blocks, parameter.isLive).reduce(0) { $0 + ($1.1 ? $1.0.count : 0) }
    }
    layout = ParameterLayout(parameters: parameters, liveCount: liveCount, count: end)
    arena = [Float](repeating: 1, count: end)
  }

  private static func taps(of shape: [Int]) -> Int { shape.count == 4 ? shape[2] * shape[3] : 1 }

  private static func role(of shape: [Int]) -> Parameter.Role {
    switch shape.count {
    case 4: .convolutionWeight
    case 2: .linearWeight
    default: .normalizationShift
    }
  }

  func parameter(_ name: String) throws -> Parameter {
    try #require(layout.parameters.first { $0.name == name })
  }

  /// The arena's index of each element of a parameter, in torchvision's order. Not for compact layouts.
  func indices(of parameter: Parameter) -> [Int] {
    let taps = parameter.blocks.count
    return (0..<parameter.count).map { parameter.blocks[$0 % taps].lowerBound + $0 / taps }
  }

  /// The arena's index of each prunable element of a role: parameters in order, each in torchvision's order.
  func indices(of role: Parameter.Role) -> [Int] {
    layout.parameters.filter { $0.role == role }.flatMap { indices(of: $0) }
  }

  /// Whether each element of a parameter survives, in torchvision's order; what a compact layout leaves out does not.
  func survives(_ parameter: Parameter, _ mask: Mask) -> [Bool] {
    var result = [Bool](repeating: false, count: parameter.count)
    for (tap, block) in parameter.blocks.enumerated() {
      for (position, index) in block.enumerated() {
        let place = parameter.kept.map { Int($0[tap][position]) } ?? position
        result[place * parameter.blocks.count + tap] = mask[index]
      }
    }
    return result
  }

  /// The survivors of a mask in a compact layout.
  func compacted(keeping mask: Mask) -> Network {
    var result = self
    let compaction = layout.compaction(keeping: mask)
    result.layout = compaction.layout
    result.arena = compaction.sources.map { arena[Int($0)] }
    return result
  }

  mutating func set(_ values: [Float], of parameter: Parameter) {
    arena.withUnsafeMutableBufferPointer { arena in
      if let base = arena.baseAddress { parameter.scatter(values, to: base) }
    }
  }
}

extension Network {
  /// `PruneRequest.select` on this network's arena.
  func select(_ mask: Mask? = nil, _ request: PruneRequest) throws -> Mask {
    let mask = mask ?? Mask(allSurviving: layout.count)
    return try arena.withUnsafeBufferPointer {
      try request.select(weights: $0, layout: layout, mask: mask)
    }
  }
}

extension Mask {
  func apply(to arena: inout [Float]) {
    arena.withUnsafeMutableBufferPointer { apply(to: $0) }
  }
}
