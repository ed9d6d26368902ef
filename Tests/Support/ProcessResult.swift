/// What a finished program left behind.
public struct ProcessResult: Sendable, CustomStringConvertible {
  /// How the program ended.
  public enum Ending: Equatable, Sendable {
    /// It exited by itself with this status.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32)
    /// It outlived its time limit and was killed.
    case timedOut
  }

  /// The command line, for messages.
  public let command: String
  /// How the program ended.
  public let ending: Ending
  /// All it wrote to standard output, as UTF-8.
  public let standardOutput: String
  /// All it wrote to standard error, as UTF-8.
  public let standardError: String
  /// Wall-clock seconds from its start to its end.
  public let seconds: Double

  /// The exit status as a shell shows it: 128 + the signal's number for a signal, 124 for a time limit.
  public var status: Int32 {
    switch ending {
    case .exited(let status): status
    case .signalled(let signal): 128 + signal
    case .timedOut: 124
    }
  }

  /// Whether it exited with status 0.
  public var succeeded: Bool { ending == .exited(0) }

  /// Standard output, cut into lines, without the newline at the end.
  public var outputLines: [String] {
    standardOutput.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
  }

  public var description: String {
    """
    \(command)
    ended with \(ending) after \(seconds) s
    --- standard output
    \(standardOutput)
    --- standard error
    \(standardError)
    """
  }
}
