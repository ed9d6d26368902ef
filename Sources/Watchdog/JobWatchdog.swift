import Foundation
import MPI

/// Ends a job in which a rank waits too long for another, and says for which.
///
/// MPI waits for ever for a rank that is stopped, cut off, or busy with something else. A thread of each rank looks at the
/// rank's ``CallActivity``; where a call lasts longer than the time-out it asks all other ranks' threads, by UDP because MPI may
/// be called by one thread only, prints who does not come, and exits with ``exitStatus``. `mpirun`, or `srun` with
/// `--kill-on-bad-exit=1`, then ends what is left; ranks that still run end themselves as well.
public enum JobWatchdog {
  /// The exit status of a job that a watchdog ended.
  public static let exitStatus: Int32 = 76

  /// Starts the watchdogs of all ranks, for the life of the process. Collective; does nothing on one rank.
  ///
  /// - Parameters:
  ///   - timeout: how long a rank may wait in one MPI call, in seconds; 0 for ever.
  ///   - program: the name that messages begin with.
  public static func start(_ world: Communicator, timeout: Double, program: String) throws {
    guard world.size > 1, timeout > 0 else { return }
    let thread = try WatchdogThread(world, timeout: timeout, program: program)
    let runner = Thread { thread.run() }
    runner.name = "watchdog"
    runner.start()
  }
}

/// What the watchdog's thread works with.
///
/// `@unchecked Sendable`: made by the MPI thread, then used by the watchdog's alone.
private final class WatchdogThread: @unchecked Sendable {
  /// The seconds that the launcher has to end the job in order.
  private static let launcherPatience = 10

  private let job: String
  private let program: String
  private let socket: DatagramSocket
  private let peers: [Peer]
  private let activity: CallActivity
  private var watch: Watch

  /// Ranks learn of each other. Collective.
  init(_ world: Communicator, timeout: Double, program: String) throws {
    let host = Communicator.hostName
    let hosts = try world.allGather(host)
    job = try world.broadcast(UUID().uuidString, root: 0)
    let isOneHost = hosts.allSatisfy { $0 == host }
    let (socket, own) = try world.collectively {
      let socket = try DatagramSocket(loopback: isOneHost)
      let peer = Peer(
        host: host, addresses: isOneHost ? [] : DatagramSocket.ownAddresses, port: socket.port,
        process: ProcessIdentity.own)
      return (socket, String(decoding: try JSONEncoder().encode(peer), as: UTF8.self))
    }
    self.socket = socket
    peers = try world.allGather(own).map { try JSONDecoder().decode(Peer.self, from: Data($0.utf8)) }
    activity = world.activity
    watch = Watch(rank: world.rank, size: world.size, timeout: timeout)
    self.program = program
  }

  /// The thread, which ends with the process.
  func run() {
    // Signals are for the rank's own thread.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    let clock = ContinuousClock()
    var last = clock.now
    while true {
      let datagrams = socket.receive(within: watch.pause)
      let now = clock.now
      perform(watch.advance(by: (now - last) / .seconds(1), activity.sample))
      last = now
      for bytes in datagrams {
        guard let message = WatchMessage(bytes: bytes, job: job, to: watch.rank, size: watch.size) else { continue }
        perform(watch.receive(message))
      }
    }
  }

  private func perform(_ actions: [Watch.Action]) {
    for action in actions {
      switch action {
      case .send(let kind, let ranks): send(kind, to: ranks)
      case .report(let answers): end(saying: report(answers))
      case .leave:
        scheduleLastResort()
        // The one that reports is to be the first to go: launchers name the rank that ended first.
        usleep(1_000_000)
        _exit(JobWatchdog.exitStatus)
      }
    }
  }

  private var status: RankStatus {
    RankStatus(activity.sample, seconds: watch.seconds, progress: activity.progress)
  }

  private func send(_ kind: WatchMessage.Kind, to ranks: [Int]) {
    let status = status
    for rank in ranks {
      let peer = peers[rank]
      let message = WatchMessage(kind: kind, job: job, from: watch.rank, to: rank, status: status)
      guard let bytes = message.bytes else { continue }
      let isNear = peer.host == peers[watch.rank].host
      // Which of a host's networks the two have in common is not known: one copy for each.
      for address in (isNear ? [DatagramSocket.loopback] : []) + peer.addresses {
        socket.send(bytes, to: address, port: peer.port)
      }
    }
  }

  private func report(_ answers: [Int: RankStatus]) -> WaitReport {
    let host = peers[watch.rank].host
    let others = peers.indices.filter { $0 != watch.rank }.map { rank in
      WaitReport.Other(
        rank: rank, host: peers[rank].host, status: answers[rank],
        condition: peers[rank].host == host ? peers[rank].process.condition : nil, wasHeard: watch.heard.contains(rank))
    }
    return WaitReport(rank: watch.rank, host: host, own: status, timeout: watch.timeout, others: others)
  }

  private func scheduleLastResort() {
    let neighbours = peers.indices.filter { $0 != watch.rank && peers[$0].host == peers[watch.rank].host }
    LastResort.end(neighbours.map { peers[$0].process }, after: Self.launcherPatience)
  }

  private func end(saying report: WaitReport) -> Never {
    // The MPI thread is in MPI and holds no lock of standard output.
    fflush(nil)
    let text = (report.lines + ["the job ends with status \(JobWatchdog.exitStatus)"])
      .map { "\(program): \($0)\n" }.joined()
    // In one piece, so that the lines of several ranks do not mix.
    _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    scheduleLastResort()
    let others = peers.indices.filter { $0 != watch.rank }
    for _ in 0..<3 {
      send(.verdict, to: others)
      usleep(100_000)
    }
    _exit(JobWatchdog.exitStatus)
  }
}
