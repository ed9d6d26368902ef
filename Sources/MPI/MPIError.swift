import CMPI

/// A call that MPI reported as failed, or that was refused before it reached MPI because MPI cannot express it.
public struct MPIError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The MPI routine, such as `MPI_Allreduce`.
  public let routine: String
  /// The code that the routine returned, or the `MPI_ERR_…` class that fits a refusal.
  public let code: Int32
  /// The standard's name of the code's class and MPI's own text for the code, or what was refused and why.
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
    let text = cText(capacity: Int(MPI_MAX_ERROR_STRING)) { start in
      var length: Int32 = 0
      return MPI_Error_string(code, start, &length) == MPI_SUCCESS
    }
    self.routine = routine.description
    self.code = code
    self.message = Self.message(named: String(cString: cmpi_error_name(code)), text ?? "error code \(code)")
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

  /// Throws unless a call that no communicator makes has succeeded.
  static func check(_ routine: StaticString, _ code: Int32, rank: Int? = nil) throws(MPIError) {
    guard code == MPI_SUCCESS else { throw MPIError(routine, code: code, rank: rank) }
  }

  /// Open MPI's texts are a line that begins with the name; MPICH's are several that do not.
  private static func message(named name: String, _ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.hasPrefix("MPI_ERR_") ? line : "\(name): \(line)"
  }
}

/// A text that C writes into memory of this capacity, the terminating zero not counted; nil where `write` says it failed.
func cText(capacity: Int, _ write: (UnsafeMutablePointer<CChar>) -> Bool) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity + 1) { buffer in
    buffer.initialize(repeating: 0)
    guard let start = buffer.baseAddress, write(start) else { return nil }
    return String(cString: start)
  }
}
