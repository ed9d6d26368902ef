import Foundation

/// What the program's output goes to.
public enum Terminal {
  /// The width of the terminal that `descriptor` writes to, in columns, or nil where it writes to none.
  ///
  /// Under Open MPI every rank's standard output is a pseudo-terminal, even where mpirun's own output goes to a file; only
  /// where mpirun has a terminal does it pass on that one's width. A terminal without a width is therefore taken for none.
  public static func columns(of descriptor: Int32 = STDOUT_FILENO) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
