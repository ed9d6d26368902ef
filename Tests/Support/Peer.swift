import Foundation
import Testing

/// Programs that others wrote, to compare dptrain with: the Python environment that `make peers` sets up.
public enum Peer {
  /// The project's folder.
  public static let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static let interpreter = project.appending(path: "Tests/Peers/.venv/bin/python").path()

  /// Whether the environment has a Python module.
  public static func has(_ module: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: interpreter)
      && (try? run(interpreter, ["-c", "import \(module)"]))?.succeeded == true
  }

  /// Runs a script of Tests/Peers.
  public static func python(_ script: String, _ arguments: [String], timeout: Double = 120) throws -> ProcessResult {
    try run(interpreter, [project.appending(path: "Tests/Peers/\(script)").path()] + arguments, timeout: timeout)
  }
}

extension Peer {
  /// Whether the shell finds a program.
  public static func finds(_ program: String) -> Bool {
    (try? run("/bin/sh", ["-c", "command -v \(program)"]))?.succeeded == true
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
