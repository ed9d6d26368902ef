import Foundation
import Testing

/// Programs that others wrote, to compare dptrain with: the Python environment that `make peers` sets up.
public enum Peer {
  private static let folder = projectDirectory.appending(path: "Tests/Peers")

  /// Its interpreter.
  public static let interpreter = folder.appending(path: ".venv/bin/python").path()

  /// Whether the environment has some Python modules, or Tests/Peers a module that works there.
  public static func has(_ modules: String...) -> Bool {
    FileManager.default.isExecutableFile(atPath: interpreter)
      && (try? run(
        interpreter, ["-c", "import \(modules.joined(separator: ", "))"], environment: ["PYTHONPATH": folder.path()]))?
        .succeeded == true
  }

  /// Runs a script of Tests/Peers.
  public static func python(_ script: String, _ arguments: [String], timeout: Double = 240) throws -> ProcessResult {
    try run(
      interpreter, [folder.appending(path: script).path()] + arguments, environment: ["OMP_NUM_THREADS": "2"],
      timeout: timeout)
  }
}

extension Peer {
  /// `PATH` with what `make peers` brings besides.
  public static let path =
    (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") + ":" + folder.appending(path: ".venv/bin").path()

  /// Whether the shell finds a program.
  public static func finds(_ program: String) -> Bool {
    (try? run("/bin/sh", ["-c", "command -v \(program)"], environment: ["PATH": path]))?.succeeded == true
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test, and says why, where a program of a Debian package is not there.
  public static func program(_ name: String, of package: String) -> Self {
    .enabled(if: Peer.finds(name), "\(name) is not there: it comes with Debian's package \(package)")
  }

  /// Skips a test, and says why, where the Python module is not there.
  public static func peer(_ module: String) -> Self {
    .enabled(if: Peer.has(module), "Python's \(module) is not in Tests/Peers/.venv: `make peers` installs it")
  }
}
