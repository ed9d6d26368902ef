import CMPI

/// A call that MPI reported as failed, or that was refused before it reached MPI because MPI cannot express it.
public struct MPIError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The MPI routine, such as `MPI_Allreduce`.
  public let routine: String
  /// The code that the routine returned, or the `MPI_ERR_…` class that fits a refusal.
  public let code: Int32
  /// MPI's own text for the code, or what was refused and why.
  public let message: String
  /// The arguments at fault, where they can be named; otherwise empty.
  public let detail: String
  /// The rank in the world on which it happened; nil before initialisation.
  public let rank: Int?

  public var description: String {
    detail.isEmpty ? "\(routine): \(message)" : "\(routine): \(message) (\(detail))"
  }

  /// An error that MPI returned; asks MPI for its text.
  init(_ routine: StaticString, code: Int32, detail: String = "", rank: Int?) {
    var length: Int32 = 0
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(MPI_MAX_ERROR_STRING) + 1) { buffer in
      buffer.initialize(repeating: 0)
      guard let start = buffer.baseAddress, MPI_Error_string(code, start, &length) == MPI_SUCCESS else {
        return "error code \(code)"
      }
      return String(cString: start)
    }
    self.routine = routine.description
    self.code = code
    self.message = text
    self.detail = detail
    self.rank = rank
  }

  /// A call that was not made.
  init(refusing routine: StaticString, _ message: String, code: Int32, rank: Int?) {
    self.routine = routine.description
    self.code = code
    self.message = message
    self.detail = ""
    self.rank = rank
  }
}
