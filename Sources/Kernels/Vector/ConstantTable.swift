/// A fixed run of numbers that kernels read through a pointer, freed with its owner.
final class ConstantTable<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  let pointer: UnsafePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    count = elements.count
    // At a cache line, and with room behind the end for a vector.
    let bytes = elements.count * MemoryLayout<Element>.stride + MemoryLayout<Vector>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: MemoryLayout<Vector>.stride)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    let memory = raw.bindMemory(to: Element.self, capacity: elements.count)
    for (index, element) in elements.enumerated() { memory[index] = element }
    pointer = UnsafePointer(memory)
  }

  deinit { pointer.deallocate() }
}
