import Foundation

/// Why a program could not be run at all.
public enum LaunchFailure: Error, CustomStringConvertible {
  /// No executable of this name lies beside the tests or above them.
  case notBuilt(name: String, searched: [String])
  /// The operating system did not start the program.
  case notStarted(program: String, reason: String)

  public var description: String {
    switch self {
    case .notBuilt(let name, let searched):
      "no executable \(name) in \(searched.joined(separator: ", ")): build it (`swift build --build-tests`)"
    case .notStarted(let program, let reason):
      "cannot start \(program): \(reason)"
    }
  }
}

/// What all limits of time are multiplied by: 1, or what `DPTRAIN_TEST_PATIENCE` says where programs are slow, as under a
/// sanitizer.
public let patience = ProcessInfo.processInfo.environment["DPTRAIN_TEST_PATIENCE"].flatMap(Double.init) ?? 1

/// Runs a program to its end and returns what it left behind.
///
/// Both output streams go to files rather than pipes: no amount of output can block the program, and a grandchild that
/// keeps a stream open cannot delay the return. Standard input is empty.
///
/// - Parameters:
///   - program: a path, or a name to look up in `PATH`.
///   - arguments: its arguments, without the program's own name.
///   - environment: variables to set on top of this process's own; nil removes one.
///   - directory: the working directory; nil for this process's own.
///   - timeout: seconds after which the program and all it started in its process group are killed (`Ending.timedOut`); see ``patience``.
public func run(
  _ program: String, _ arguments: [String] = [], environment: [String: String?] = [:], directory: URL? = nil,
  timeout: Double = 120
) throws -> ProcessResult {
  let scratch = try TemporaryDirectory()
  let outputFile = scratch.url.appendingPathComponent("stdout")
  let errorFile = scratch.url.appendingPathComponent("stderr")

  let clock = ContinuousClock()
  let start = clock.now
  let child = try spawn(
    program, arguments, environment: environment, directory: directory, output: outputFile, error: errorFile)
  let ending = wait(for: child, timeout: timeout * patience)
  return ProcessResult(
    command: ([program] + arguments).joined(separator: " "),
    ending: ending,
    standardOutput: String(decoding: try Data(contentsOf: outputFile), as: UTF8.self),
    standardError: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self),
    seconds: (clock.now - start) / .seconds(1))
}

/// Starts a program in a process group of its own.
///
/// Foundation's `Process` is not used because on Linux it notices the end of a program only when the program's own
/// children have ended too, which defeats every time limit.
private func spawn(
  _ program: String, _ arguments: [String], environment: [String: String?], directory: URL?, output: URL, error: URL
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, output.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
  posix_spawn_file_actions_addopen(&actions, 2, error.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  // Tests run on threads that block signals, and a program begins with the mask of the thread that starts it.
  var blocked = sigset_t()
  sigemptyset(&blocked)
  posix_spawnattr_setsigmask(&attributes, &blocked)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))

  var variables = ProcessInfo.processInfo.environment
  for (name, value) in environment {
    variables[name] = value
  }
  var words = [program] + arguments
  if let directory {
    words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory.path] + words
  }
  var argumentStrings: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  var variableStrings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
  defer {
    argumentStrings.forEach { free($0) }
    variableStrings.forEach { free($0) }
  }
  var child = pid_t()
  let failure = posix_spawnp(&child, words[0], &actions, &attributes, &argumentStrings, &variableStrings)
  guard failure == 0 else {
    throw LaunchFailure.notStarted(program: program, reason: String(cString: strerror(failure)))
  }
  return child
}

/// Waits for a program; at the time limit ends its whole process group, politely first.
private func wait(for child: pid_t, timeout: Double) -> ProcessResult.Ending {
  var status: Int32 = 0
  func hasEnded(within seconds: Double) -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(seconds)
    while waitpid(child, &status, WNOHANG) == 0 {
      guard clock.now < deadline else { return false }
      usleep(5_000)
    }
    return true
  }
  guard hasEnded(within: timeout) else {
    kill(-child, SIGTERM)
    if !hasEnded(within: 5) {
      kill(-child, SIGKILL)
      waitpid(child, &status, 0)
    }
    return .timedOut
  }
  let signal = status & 0x7f
  return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
}
