import Kernels

extension AlignedBuffer {
  /// A copy of an array.
  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    _ = elements.update(fromContentsOf: values)
  }
}
