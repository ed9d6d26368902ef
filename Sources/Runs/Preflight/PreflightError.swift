import MPI
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
    let mpi = MPIImplementation.current
    let variable = "OPENBLAS_CORETYPE"
    return name == RankFacts.kernels
      ? ". It chooses them by the CPU, or by \(variable), which \(mpi.launcher) hands on with \(mpi.option(handingOn: variable))"
      : ""
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
