/// Memory for a message, with one owner.
///
/// Giving a buffer to a nonblocking call moves it into the `Request`, so nobody can touch or free it until the call has
/// completed and `wait()` hands it back. Own memory starts at a 64-byte boundary, a cache line.
public struct MessageBuffer<Scalar: MPIScalar>: ~Copyable {
  private let memory: UnsafeMutableBufferPointer<Scalar>
  /// What keeps memory alive that this buffer does not own; nil where it owns it.
  private let owner: AnyObject?

  /// A new buffer of `count` zeros.
  public init(count: Int) {
    precondition(count >= 0, "a message buffer cannot have \(count) elements")
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<Scalar>.stride, alignment: 64)
    let start = raw.bindMemory(to: Scalar.self, capacity: count)
    start.initialize(repeating: .zero, count: count)
    memory = UnsafeMutableBufferPointer(start: start, count: count)
    owner = nil
  }

  /// A new buffer with a copy of `values`.
  public init(_ values: some Collection<Scalar>) {
    self.init(count: values.count)
    _ = memory.update(fromContentsOf: values)
  }

  /// A buffer over memory that exists already, such as a part of an arena; nothing is copied.
  ///
  /// - Parameters:
  ///   - memory: the elements, initialised. Nobody else may write to them while a request has the buffer, nor read them
  ///     where the request receives.
  ///   - owner: the object whose life is the memory's; the buffer, and a request that has it, keep it alive.
  public init(over memory: UnsafeMutableBufferPointer<Scalar>, keepingAlive owner: AnyObject) {
    self.memory = memory
    self.owner = owner
  }

  /// The number of elements.
  public var count: Int { memory.count }

  /// The element at an index from 0 to `count - 1`.
  public subscript(index: Int) -> Scalar {
    get {
      precondition(memory.indices.contains(index), "element \(index) of a message buffer of \(memory.count)")
      return memory[index]
    }
    nonmutating set {
      precondition(memory.indices.contains(index), "element \(index) of a message buffer of \(memory.count)")
      memory[index] = newValue
    }
  }

  /// Calls `body` with the buffer's memory, which is valid during the call.
  public func withUnsafeMutableBufferPointer<Result: ~Copyable, Failure>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(memory)
  }

  /// A copy of the elements.
  public func copyToArray() -> [Scalar] { Array(memory) }

  /// The memory, for MPI, which holds on to it for as long as a request owns the buffer.
  var elements: UnsafeMutableBufferPointer<Scalar> { memory }

  deinit {
    if owner == nil {
      UnsafeMutableRawPointer(memory.baseAddress)?.deallocate()
    }
  }
}
