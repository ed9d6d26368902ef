import MPI

/// The command that makes a run again, from the one that made it.
public enum RunCommandLine {
  /// Flags that say where results go and when to stop, not what the run is, and the file whose settings are words by now; with
  /// whether a value follows.
  private static let others = [
    "--resume": false, "--output": true, "--stop-after-steps": true, "--requeue": true, "--prometheus": true,
    "--config": true,
  ]

  /// - Parameters:
  ///   - arguments: without the program's name, and with all that a configuration file and the environment set.
  ///   - ranks: how many processes ran it.
  ///   - data: the directory of the images, or `synthetic`: another machine may have others where none are named.
  public static func reproducing(_ arguments: [String], ranks: Int, data: String) -> String {
    var kept: [String] = []
    // What follows is no flag, whatever it looks like.
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    var rest = arguments[..<end]
    while let word = rest.popFirst() {
      let name = String(word.prefix { $0 != "=" })
      guard let hasValue = others[name] else {
        kept.append(word)
        continue
      }
      if hasValue, name == word { _ = rest.popFirst() }
    }
    if !kept.contains(where: { $0 == "--data" || $0.hasPrefix("--data=") }), kept.first != "resume" {
      kept += ["--data", data]
    }
    let launcher = ranks > 1 ? [MPIImplementation.current.launcher, "-n", String(ranks)] : []
    return (launcher + ["dptrain"] + kept + arguments[end...]).map(quoted).joined(separator: " ")
  }

  /// A word as a shell takes it.
  static func quoted(_ word: String) -> String {
    let plain = word.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        || "-_./=,:+@%".unicodeScalars.contains($0)
    }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
