import CMPI

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A nonblocking call under way, which owns the memory that MPI reads and writes until it completes.
///
/// `wait()` completes it and hands the memory back. MPI works on a request mainly while the program is inside an MPI
/// call, so between start and `wait()` call `test()` now and then where progress matters.
///
/// A request that is dropped is waited for: its memory is never freed in flight. Should it not complete within 5
/// seconds, as when an error is ending the job, the drop returns and the memory is left allocated for ever.
public struct Request<Payload: ~Copyable>: ~Copyable {
  private let flight: Flight<Payload>

  /// Starts a call.
  ///
  /// - Parameters:
  ///   - routine: MPI's name of it.
  ///   - communicator: where.
  ///   - detail: the arguments that may be at fault.
  ///   - payload: what owns all memory that MPI is given.
  ///   - layouts: block layouts that MPI is given.
  ///   - element: the datatype in which a received message is counted.
  ///   - start: the MPI call.
  init(
    _ routine: StaticString, on communicator: Communicator, about detail: @autoclosure () -> String = "",
    payload: consuming Payload, layouts: (BlockLayout, BlockLayout)? = nil, element: MPI_Datatype = cmpi_byte(),
    start: (MPI_Comm, inout MPI_Request?) -> Int32
  ) throws(MPIError) {
    var handle = cmpi_request_null()
    try communicator.call(routine, about: detail()) { start($0, &handle) }
    flight = Flight(
      routine: routine, communicator: communicator, handle: handle, payload: payload, layouts: layouts,
      element: element)
  }

  /// Whether the call has completed. Lets MPI make progress.
  public func test() throws(MPIError) -> Bool {
    try flight.test()
  }

  /// Waits until the call has completed and returns its memory.
  public consuming func wait() throws(MPIError) -> Payload {
    try flight.complete()
    return flight.takePayload()
  }

  /// Waits until a receive has completed, returns its memory, and tells about the message.
  public consuming func wait(_ status: inout MessageStatus?) throws(MPIError) -> Payload {
    try flight.complete()
    status = try flight.messageStatus()
    return flight.takePayload()
  }

  deinit {
    flight.abandon()
  }
}

/// The state of a request, in one place in memory, so that a request given up can leave it behind.
private final class Flight<Payload: ~Copyable> {
  private let routine: StaticString
  private let communicator: Communicator
  private var handle: MPI_Request?
  private var payload: Payload?
  private let layouts: (BlockLayout, BlockLayout)?
  private let element: MPI_Datatype
  private var status = MPI_Status()
  private var isComplete = false

  init(
    routine: StaticString, communicator: Communicator, handle: MPI_Request?, payload: consuming Payload,
    layouts: (BlockLayout, BlockLayout)?, element: MPI_Datatype
  ) {
    self.routine = routine
    self.communicator = communicator
    self.handle = handle
    self.payload = .some(payload)
    self.layouts = layouts
    self.element = element
  }

  func test() throws(MPIError) -> Bool {
    guard !isComplete else { return true }
    var flag: Int32 = 0
    // MPI frees a request whose completion failed, and there is nothing more to wait for.
    do {
      try communicator.call(routine) { _ in MPI_Test(&handle, &flag, &status) }
    } catch {
      isComplete = true
      throw error
    }
    isComplete = flag != 0
    return isComplete
  }

  func complete() throws(MPIError) {
    guard !isComplete else { return }
    isComplete = true
    try communicator.call(routine) { _ in MPI_Wait(&handle, &status) }
  }

  func messageStatus() throws(MPIError) -> MessageStatus {
    try communicator.interpret(status, of: element, routine)
  }

  func takePayload() -> Payload {
    guard let taken = payload.take() else { preconditionFailure("the memory of a request can be taken once") }
    return taken
  }

  func abandon() {
    guard !isComplete, JobState.isActive else { return }
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(5)
    while (try? test()) == false {
      guard clock.now < deadline else {
        _ = Unmanaged.passRetained(self)
        return
      }
      usleep(200)
    }
  }
}
