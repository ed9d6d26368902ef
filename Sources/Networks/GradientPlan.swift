/// Which buffer holds the gradient of which value during the backward pass.
///
/// A value's gradient lives from the last operation that reads the value to the one that made it; buffers are shared between
/// gradients that are never alive together, so that the backward pass needs a handful of them.
package struct GradientPlan {
  /// What one operation does with gradients.
  package struct Step {
    /// The buffer with the gradient of the operation's output.
    package let output: Int
    /// The buffer for the gradient of its input; `nil` for the image, whose gradient nobody needs.
    package let input: Int?
    /// Whether the input's gradient already holds another operation's share.
    package let adding: Bool
  }

  /// One a node, in the order of the graph.
  package private(set) var steps: [Step]
  /// The floats that each buffer needs.
  package private(set) var bufferCounts: [Int] = []

  private var free: [Int] = []

  package init(_ graph: NetworkGraph, lanes: Int) {
    var buffers: [NetworkGraph.ValueIndex: Int] = [:]
    var reversed: [Step] = []
    let counts = graph.values.map { $0.shape(lanes: lanes).count }
    steps = []
    buffers[graph.values.count - 1] = take(counts[graph.values.count - 1])
    for node in graph.nodes.reversed() {
      guard let output = buffers[node.output] else {
        preconditionFailure("every value but the last is read by a later node")
      }
      if case .normalization(_, let tail, let residual) = node.operation {
        if let residual, tail == .residualRelu {
          // The gradient in front of the ReLU is also the shortcut's; the normalization's input needs one of its own.
          buffers[residual] = output
          let input = take(counts[node.input])
          buffers[node.input] = input
          reversed.append(Step(output: output, input: input, adding: false))
        } else {
          buffers[node.input] = output
          reversed.append(Step(output: output, input: output, adding: false))
        }
        continue
      }
      guard node.input != 0 else {
        reversed.append(Step(output: output, input: nil, adding: false))
        free.append(output)
        continue
      }
      let existing = buffers[node.input]
      let input = existing ?? take(counts[node.input])
      buffers[node.input] = input
      reversed.append(Step(output: output, input: input, adding: existing != nil))
      free.append(output)
    }
    steps = reversed.reversed()
  }

  /// A free buffer, the smallest that suffices, or else the largest grown, or else a new one.
  private mutating func take(_ count: Int) -> Int {
    let bySize = free.indices.sorted { bufferCounts[free[$0]] < bufferCounts[free[$1]] }
    if let place = bySize.first(where: { bufferCounts[free[$0]] >= count }) ?? bySize.last {
      let buffer = free.remove(at: place)
      bufferCounts[buffer] = max(bufferCounts[buffer], count)
      return buffer
    }
    bufferCounts.append(count)
    return bufferCounts.count - 1
  }
}
