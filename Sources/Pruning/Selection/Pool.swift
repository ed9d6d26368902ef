import Networks

/// The weights that are ranked together.
struct Pool {
  /// For errors.
  let name: String
  /// In the order of the `state_dict`.
  let parameters: [Parameter]
  /// Where they lie in the arena: in increasing order, adjacent blocks joined.
  let segments: [Range<Int>]
  let amount: PruneAmount

  /// All their elements, pruned or not.
  var size: Int { parameters.reduce(0) { $0 + $1.count } }

  init(name: String, parameters: [Parameter], amount: PruneAmount) {
    self.name = name
    self.parameters = parameters
    self.amount = amount
    var segments: [Range<Int>] = []
    for block in parameters.flatMap(\.blocks).sorted(by: { $0.lowerBound < $1.lowerBound }) where !block.isEmpty {
      if let last = segments.last, last.upperBound == block.lowerBound {
        segments[segments.count - 1] = last.lowerBound..<block.upperBound
      } else {
        segments.append(block)
      }
    }
    self.segments = segments
  }

  /// The number of weights that the amount takes of what a mask has left.
  func count(_ mask: Mask) throws(PruningError) -> Int {
    try amount.count(pool: name, size: size, remaining: remaining(mask))
  }

  /// The pools of a request. Under global scope: the convolutions, then the linear weights.
  static func pools(of layout: ParameterLayout, request: PruneRequest) -> [Pool] {
    let convolutions = layout.parameters.filter { $0.role == .convolutionWeight }
    let linear = layout.parameters.filter { $0.role == .linearWeight }
    let amount = request.target == nil ? request.convolutionAmount : .none
    switch request.scope {
    case .global:
      return [
        Pool(name: "convolution weights", parameters: convolutions, amount: amount),
        Pool(name: "linear weights", parameters: linear, amount: request.linearAmount),
      ]
    case .local:
      return convolutions.map { Pool(name: $0.name, parameters: [$0], amount: amount) }
        + linear.map { Pool(name: $0.name, parameters: [$0], amount: request.linearAmount) }
    }
  }
}
