import MPI

/// How a watchdog comes from what it sees to what it does: a function of samples, messages and time, without any of its own.
///
/// A rank whose call lasts too long asks all others what they are doing, collects answers for a moment, and says who is
/// missing. The lowest rank that waits is to be the one that speaks: the others give it a head start, and a rank that is asked
/// stands back and lets the asker end the job.
package struct Watch {
  /// What is to be done.
  package enum Action: Equatable {
    case send(WatchMessage.Kind, to: [Int])
    /// Say who is missing, tell everybody, and end this process.
    case report([Int: RankStatus])
    /// End this process: another one has said why.
    case leave
  }

  private enum Stage: Equatable {
    case watching
    case standingBack(until: Double)
    case asking(since: Double, lastSent: Double)
  }

  /// How long answers are waited for, in seconds.
  package static let patience = 3.0
  /// How often a message that has no answer yet is sent again.
  static let repetition = 0.5
  /// How long a rank that is asked leaves the end of the job to the asker.
  package static let deference = 10.0
  /// How many greetings are sent without an answer.
  private static let greetings = 10

  package let rank: Int
  package let size: Int
  /// A call that lasts longer ends the job, in seconds.
  package let timeout: Double
  /// Seconds between two looks at the rank.
  package let tick: Double

  /// Seconds in which this process could run.
  private var now = 0.0
  private var sample = CallActivity.Sample(moment: 0, routine: "")
  /// When the present state was seen first.
  private var began = 0.0
  private var stage = Stage.watching
  private var answers: [Int: RankStatus] = [:]
  private var greetingsSent = 0
  private var lastGreeting = -Self.repetition
  /// The ranks that have ever sent anything.
  package private(set) var heard: Set<Int> = []

  package init(rank: Int, size: Int, timeout: Double) {
    self.rank = rank
    self.size = size
    self.timeout = timeout
    tick = min(1, max(0.05, timeout / 10))
  }

  /// For how long the rank has been in its present state.
  package var seconds: Double { now - began }

  /// How long to wait for messages before the next ``advance(by:_:)``.
  package var pause: Double { if case .asking = stage { min(tick, 0.1) } else { tick } }

  /// Takes note of what the rank is doing.
  ///
  /// - Parameter seconds: since the last time. Where that is longer than it should be, the process has been stopped and
  ///   continued (`SIGSTOP`, a suspended Slurm job, a sleeping machine), most likely with all others, and the time does not count.
  package mutating func advance(by seconds: Double, _ newSample: CallActivity.Sample) -> [Action] {
    now += min(max(0, seconds), 2 * tick)
    if newSample != sample {
      sample = newSample
      began = now
      if case .asking = stage { stage = .watching }
    }
    if case .standingBack(let until) = stage, now >= until { stage = .watching }
    if case .asking(let since, let lastSent) = stage { return collect(since: since, lastSent: lastSent) }
    guard stage == .watching, sample.isInCall, self.seconds >= timeout + headStart else { return greet() }
    answers = [:]
    stage = .asking(since: now, lastSent: now)
    return [.send(.inquiry, to: silent)]
  }

  /// Takes note of a message.
  package mutating func receive(_ message: WatchMessage) -> [Action] {
    heard.insert(message.from)
    switch message.kind {
    case .greeting:
      return [.send(.answer, to: [message.from])]
    case .answer:
      answers[message.from] = message.status
      return []
    case .inquiry:
      if case .asking = stage, message.from > rank {
        // The asker gets this rank's own inquiry, and stands back.
      } else {
        stage = .standingBack(until: now + Self.deference)
      }
      return [.send(.answer, to: [message.from])]
    case .verdict:
      return [.leave]
    }
  }

  /// What the lower ranks are ahead: more than the looks at two ranks may be apart.
  private var headStart: Double { rank == 0 ? 0 : 1.5 * tick + 0.01 * Double(min(rank, 100)) }

  /// The others that have not answered.
  private var silent: [Int] { (0..<size).filter { $0 != rank && answers[$0] == nil } }

  private mutating func collect(since: Double, lastSent: Double) -> [Action] {
    let silent = silent
    if silent.isEmpty || now - since >= Self.patience { return [.report(answers)] }
    guard now - lastSent >= Self.repetition else { return [] }
    stage = .asking(since: since, lastSent: now)
    return [.send(.inquiry, to: silent)]
  }

  /// All others greet rank 0 until it answers, so that both know that messages arrive.
  private mutating func greet() -> [Action] {
    guard rank != 0, heard.isEmpty, greetingsSent < Self.greetings, now - lastGreeting >= Self.repetition else {
      return []
    }
    greetingsSent += 1
    lastGreeting = now
    return [.send(.greeting, to: [0])]
  }
}
