import Foundation
import TestSupport
import Testing

/// Runs dptrain to its end.
///
/// - Parameters:
///   - ranks: how many processes `mpirun` starts; nil for the program by itself, without a launcher.
///   - directory: the working directory.
func dptrain(_ arguments: [String], ranks: Int? = nil, directory: URL? = nil, timeout: Int = 240) throws
  -> ProcessResult
{
  guard let ranks else {
    return try run(builtExecutable("dptrain"), arguments, directory: directory, timeout: Double(timeout))
  }
  return try mpirun(ranks: ranks, program: "dptrain", arguments: arguments, directory: directory, timeout: timeout)
}

extension ProcessResult {
  /// What dptrain itself wrote to standard error, without what mpirun adds.
  var messages: [String] {
    standardError.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("dptrain: ") || $0.hasPrefix("Error: ")
    }
  }

  /// The accuracy in percent that the line after `heading` gives, or the first of all.
  func accuracy(below heading: String = "") -> Substring? {
    let text =
      heading.isEmpty
      ? standardOutput[...]
      : standardOutput[(standardOutput.range(of: "\n\(heading)\n")?.upperBound ?? standardOutput.endIndex)...]
    return text.firstMatch(of: /test loss [0-9.]+, accuracy ([0-9.]+) %/)?.1
  }
}

/// Expects dptrain to refuse what it was asked to do: soon, with status 1 or 2, and with one message that says all of `words`.
func expectRefusal(
  _ result: ProcessResult, saying words: [String], status: Int32, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.ending == .exited(status), "\(result)", sourceLocation: sourceLocation)
  #expect(result.messages.count == 1, "\(result)", sourceLocation: sourceLocation)
  for word in words {
    #expect(result.messages.joined().contains(word), "no '\(word)' in: \(result)", sourceLocation: sourceLocation)
  }
  #expect(!result.standardError.contains("Fatal error"), "\(result)", sourceLocation: sourceLocation)
  #expect(result.seconds < 60 * patience, "\(result)", sourceLocation: sourceLocation)
}
