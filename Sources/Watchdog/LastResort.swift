import Foundation
import MPI

/// What ends the processes of a job that do not end in order.
///
/// When a rank ends with an error, `mpirun` ends the others and waits until every host has confirmed it. A host whose network is
/// down never does, and by Open MPI's defaults `mpirun` then waits for hours (with `--mca oob_tcp_keepalive_time 3` and its
/// kind it notices by itself). `srun` without `--kill-on-bad-exit=1` waits for a rank that is stopped.
enum LastResort {
  /// Has a shell that does not belong to the job wait, and then kill what is left of these processes, and of the launcher, or
  /// its daemon, that is this process's parent. `mpirun` is killed outright: it answers SIGTERM, which comes second here, with
  /// a crash.
  ///
  /// - Parameters:
  ///   - ranks: processes of this host.
  ///   - seconds: how long the launcher may take to end the job in order.
  static func end(_ ranks: [ProcessIdentity], after seconds: Int) {
    var targets = ranks.filter { $0.space == ProcessIdentity.ownSpace }.map { ($0.number, $0.start) }
    let parent = getppid()
    if let status = ProcessStatus(of: parent), MPIImplementation.current.launcherProcesses.contains(status.name) {
      targets.append((parent, status.start))
    }
    guard !targets.isEmpty else { return }
    start("/bin/sh", ["-c", script(targets.map { "\($0):\($1)" }, seconds: seconds)])
  }

  /// Numbers of processes are used again, so the time of the start must be the same as well: the twentieth field after the name.
  private static func script(_ targets: [String], seconds: Int) -> String {
    """
    sleep \(seconds)
    for target in \(targets.joined(separator: " ")); do
      process=${target%:*}
      read -r line < "/proc/$process/stat" || continue
      set -- ${line##*) }
      if [ "${20}" = "${target#*:}" ]; then kill -KILL "$process"; fi
    done
    """
  }

  /// Starts a program in a process group of its own, which the launcher does not know, without this process's files
  /// and environment, by which launchers and people would take it for a rank.
  private static func start(_ program: String, _ arguments: [String]) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for stream in 0..<Int32(3) { posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), nil]
    defer { (words + environment).forEach { free($0) } }
    var child = pid_t()
    posix_spawn(&child, program, &actions, &attributes, &words, &environment)
  }
}
