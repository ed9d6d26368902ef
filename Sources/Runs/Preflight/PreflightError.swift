import Text

/// Why a job is not begun.
public enum PreflightError: Error, Equatable, CustomStringConvertible {
  /// Ranks do not have the same of something.
  case ranksDiffer([Disagreement])
  /// What a rank has of something cannot be found out.
  case unreadable(what: String, reason: String)
  /// The file system of the run directory has too little room.
  case disk(path: String, need: DiskNeed, free: Int)

  /// What helps, where that is not plain.
  private static func hint(on name: String) -> String {
    name == RankFacts.kernels
      ? ". It chooses them by the CPU, or by OPENBLAS_CORETYPE, which mpirun hands on with -x OPENBLAS_CORETYPE" : ""
  }

  public var description: String {
    switch self {
    case .ranksDiffer(let disagreements):
      "the ranks of a job must have the same, and these do not:\n"
        + disagreements.map { "  \($0)\(Self.hint(on: $0.name))" }.joined(separator: "\n")
    case .unreadable(let what, let reason): "\(what) cannot be read: \(reason)"
    case .disk(let path, let need, let free):
      """
      the run needs up to \(need.bytes.bytes) on the disk of \(path) (\(need)), and \(free.bytes) are free: \
      free some space, choose another --output, or keep fewer checkpoints
      """
    }
  }
}
