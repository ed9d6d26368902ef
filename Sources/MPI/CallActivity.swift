import Synchronization

/// What a rank's one MPI thread is doing, for other threads of the process to look at while it waits in a call.
///
/// The MPI thread only stores numbers; it takes no lock, reads no clock and allocates nothing, because it passes here twice in
/// every call. How long a state lasts is for the thread that looks to find out.
public final class CallActivity: Sendable {
  /// What a look at the activity finds.
  public struct Sample: Sendable, Equatable {
    /// Grows by one at the beginning of every call and by one at its end: two samples of the same number show the same
    /// state. Odd inside a call.
    public var moment: Int
    /// MPI's name of the call that goes on or was the last one; empty before the first.
    public var routine: String

    public init(moment: Int, routine: String) {
      self.moment = moment
      self.routine = routine
    }

    /// Whether the rank is in an MPI call.
    public var isInCall: Bool { moment % 2 != 0 }
  }

  private let moment = Atomic<Int>(0)
  /// The address of the routine's name, a constant of the program; 0 before the first call.
  private let routine = Atomic<UInt>(0)
  private let steps = Atomic<Int>(0)
  private let work = Mutex<String>("")

  init() {}

  /// The state now.
  public var sample: Sample {
    while true {
      let before = moment.load(ordering: .acquiring)
      let address = routine.load(ordering: .acquiring)
      guard moment.load(ordering: .acquiring) == before else { continue }
      let name = UnsafePointer<CChar>(bitPattern: address).map { String(cString: $0) }
      return Sample(moment: before, routine: name ?? "")
    }
  }

  /// Begins a new part of the program's work, such as `dense training`, whose steps are counted from 0.
  public func begin(work name: String) {
    work.withLock { $0 = name }
    steps.store(0, ordering: .relaxed)
  }

  /// Notes that this many steps of the present part are done.
  public func note(steps count: Int) { steps.store(count, ordering: .relaxed) }

  /// The part of the work that goes on, and how many of its steps are done; empty before the first.
  public var progress: (work: String, steps: Int) { (work.withLock { $0 }, steps.load(ordering: .relaxed)) }

  /// Only the MPI thread stores, so that reading its own number back needs no exchange.
  func callBegins(_ name: StaticString) {
    routine.store(UInt(bitPattern: name.utf8Start), ordering: .relaxed)
    moment.store(moment.load(ordering: .relaxed) + 1, ordering: .releasing)
  }

  func callEnds() { moment.store(moment.load(ordering: .relaxed) + 1, ordering: .releasing) }
}
