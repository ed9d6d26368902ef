/// Which buffer holds the gradient of which value during the backward pass.
///
/// A value's gradient lives from the last layer that reads the value to the one that made it; buffers are shared between
/// gradients that are never alive together, so that the backward pass needs a handful of them.
package struct GradientPlan {
  /// What one layer does with gradients.
  package struct Step {
    /// The buffer with the gradient of the layer's output.
    package let output: Int
    /// The buffer for the gradient of its first input; `nil` for the image, whose gradient nobody needs.
    package let input: Int?
    /// Whether the input's gradient already holds another layer's share.
    package let adding: Bool
  }

  /// One a node, in the order of the graph.
  package private(set) var steps: [Step] = []
  /// The floats that each buffer needs.
  package private(set) var bufferCounts: [Int] = []

  private var free: [Int] = []

  package init(_ graph: NetworkGraph, lanes: Int) {
    let counts = graph.values.map { $0.shape(lanes: lanes).count }
    var buffers = [Int?](repeating: nil, count: counts.count)
    buffers[counts.count - 1] = take(counts[counts.count - 1])
    for node in graph.nodes.reversed() {
      let layer = node.layer
      guard let output = buffers[node.output] else {
        preconditionFailure("\(layer.name): every value but the last is read by a later layer")
      }
      let existing = buffers[node.input]
      precondition(
        existing == nil || layer.gradientRule == .adds,
        "\(layer.name) cannot add to the gradient of a value that others read too")
      switch layer.gradientRule {
      case .inPlace: buffers[node.input] = output
      case .passesOn:
        buffers[node.inputs[1]] = output
        buffers[node.input] = take(counts[node.input])
      case .overwrites, .adds:
        if node.input != 0 { buffers[node.input] = existing ?? take(counts[node.input]) }
        free.append(output)
      }
      steps.append(Step(output: output, input: buffers[node.input], adding: existing != nil))
    }
    steps.reverse()
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
