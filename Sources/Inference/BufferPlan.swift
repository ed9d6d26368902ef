/// Which buffer holds which value of a network. A value's buffer is free for others once its last reader has run.
package struct BufferPlan {
  /// For each value its buffer; `nil` for the image, which has its own, and for values without channels.
  package private(set) var buffers: [Int?]
  /// The floats that each buffer needs.
  package private(set) var counts: [Int] = []

  /// - Parameter floats: what each value needs.
  package init(_ network: FoldedNetwork, floats: [Int]) {
    buffers = [Int?](repeating: nil, count: network.values.count)
    var lastReader = [Int](repeating: -1, count: network.values.count)
    for (index, node) in network.nodes.enumerated() {
      for value in node.reads { lastReader[value] = index }
    }
    var free: [Int] = []
    for (index, node) in network.nodes.enumerated() {
      // The largest free buffer that was smaller would have to grow; the smallest that suffices need not.
      let needed = floats[node.output]
      let bySize = free.sorted { counts[$0] < counts[$1] }
      let buffer = bySize.first { counts[$0] >= needed } ?? bySize.last ?? counts.count
      if buffer == counts.count { counts.append(0) }
      counts[buffer] = max(counts[buffer], needed)
      free.removeAll { $0 == buffer }
      buffers[node.output] = buffer
      for value in Set(node.reads) where lastReader[value] == index {
        if let done = buffers[value] { free.append(done) }
      }
    }
  }
}
