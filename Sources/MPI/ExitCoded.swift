/// An error that knows with which status the program should end because of it.
public protocol ExitCoded: Error {
  /// The exit status, 1 to 255; anything else counts as 1.
  var exitCode: Int32 { get }
}

/// The exit status for an error: its own if it is `ExitCoded`, else 1.
func exitStatus(of error: any Error) -> Int32 {
  guard let coded = error as? any ExitCoded, (1...255).contains(coded.exitCode) else { return 1 }
  return coded.exitCode
}
