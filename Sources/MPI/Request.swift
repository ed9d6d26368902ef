import CMPI

/// A nonblocking call under way, which owns the memory that MPI reads and writes until it completes.
///
/// `wait()` completes it and hands the memory back. MPI works on a request mainly while the program is inside an MPI
/// call, so between start and `wait()` call `test()` now and then where progress matters.
///
/// A request that is dropped is waited for, so that its memory is never freed in flight. One that another rank's failure leaves
/// open for ever is given up after 5 seconds, in which a job that ends in order has ended: its memory stays allocated, because
/// MPI may still write to it. Once MPI is finalised it writes no more, and a drop only frees.
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
    start: (MPI_Comm, inout CMPIRequest) -> Int32
  ) throws(MPIError) {
    var request = CMPIRequest(handle: cmpi_request_null())
    try communicator.call(routine, about: detail()) { start($0, &request) }
    flight = Flight(
      routine: routine, communicator: communicator, request: request, payload: payload, layouts: layouts,
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
  private var request: CMPIRequest
  private var payload: Payload?
  private let layouts: (BlockLayout, BlockLayout)?
  private let element: MPI_Datatype
  private var status = MPI_Status()
  private var isComplete = false { didSet { if isComplete { communicator.openRequests -= 1 } } }

  init(
    routine: StaticString, communicator: Communicator, request: CMPIRequest, payload: consuming Payload,
    layouts: (BlockLayout, BlockLayout)?, element: MPI_Datatype
  ) {
    self.routine = routine
    self.communicator = communicator
    self.request = request
    self.payload = .some(payload)
    self.layouts = layouts
    self.element = element
    communicator.openRequests += 1
  }

  func test() throws(MPIError) -> Bool {
    guard !isComplete else { return true }
    var flag: Int32 = 0
    // MPI frees a request whose completion failed, and there is nothing more to wait for.
    defer { isComplete = flag != 0 }
    do {
      try communicator.job.call(routine) { MPI_Test(&request.handle, &flag, &status) }
    } catch {
      flag = 1
      throw error
    }
    return flag != 0
  }

  func complete() throws(MPIError) {
    guard !isComplete else { return }
    defer { isComplete = true }
    try communicator.job.call(routine) { MPI_Wait(&request.handle, &status) }
  }

  func messageStatus() throws(MPIError) -> MessageStatus {
    try MessageStatus(status, of: element, routine, rank: communicator.job.rank)
  }

  func takePayload() -> Payload {
    guard let taken = payload.take() else { preconditionFailure("the memory of a request can be taken once") }
    return taken
  }

  /// What ``Request`` says of a request that is dropped.
  func abandon() {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(5)
    while communicator.job.isActive, (try? test()) == false {
      guard clock.now < deadline else {
        _ = Unmanaged.passRetained(self)
        return
      }
      usleep(200)
    }
  }
}
