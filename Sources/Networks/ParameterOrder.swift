import Kernels

extension Parameter {
  /// All elements in torchvision's order, gathered from a buffer of this layout; zeros for those it leaves out.
  public func gathered(from buffer: UnsafePointer<Float>) -> [Float] {
    if let kept {
      var values = [Float](repeating: 0, count: count)
      for (tap, block) in blocks.enumerated() {
        for (place, index) in zip(kept[tap], block) { values[Int(place) * blocks.count + tap] = buffer[index] }
      }
      return values
    }
    guard blocks.count > 1 else {
      return Array(UnsafeBufferPointer(start: buffer + blocks[0].lowerBound, count: count))
    }
    return [Float](unsafeUninitializedCapacity: count) { values, initialized in
      for (tap, block) in blocks.enumerated() {
        let from = buffer + block.lowerBound
        for index in 0..<block.count { values[index * blocks.count + tap] = from[index] }
      }
      initialized = count
    }
  }

  /// Spreads elements in torchvision's order over a buffer of this layout, but for those it leaves out.
  public func scatter(_ values: [Float], to buffer: UnsafeMutablePointer<Float>) {
    precondition(values.count == count, "\(name) has \(count) elements, not \(values.count)")
    for (tap, block) in blocks.enumerated() {
      let to = buffer + block.lowerBound
      if let kept = kept?[tap] {
        for (index, place) in kept.enumerated() { to[index] = values[Int(place) * blocks.count + tap] }
      } else {
        for index in 0..<block.count { to[index] = values[index * blocks.count + tap] }
      }
    }
  }
}

extension Network {
  /// A parameter's elements in torchvision's order.
  public func values(of parameter: Parameter) -> [Float] { parameter.gathered(from: arena.pointer) }

  /// Replaces a parameter's elements, given in torchvision's order.
  public func store(_ values: [Float], in parameter: Parameter) { parameter.scatter(values, to: arena.pointer) }
}
