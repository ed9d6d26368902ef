import Foundation

/// Says which input ended the process.
enum Interruption {
  /// The number of the input that is being read.
  nonisolated(unsafe) static var input = -1

  /// Names the input where a trap, a bad access or the alarm ends the process.
  static func announce() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM] {
      sigaddset(&signals, number)
      signal(number) { number in
        // Nothing here may allocate: the signal may have come in the middle of malloc.
        Interruption.write("fuzz: signal ")
        Interruption.write(Int(number))
        Interruption.write(" in input ")
        Interruption.write(Interruption.input)
        Interruption.write("\n")
        signal(number, SIG_DFL)
        raise(number)
      }
    }
    // Who started this process may have left them blocked.
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }

  private static func write(_ text: StaticString) {
    _ = Foundation.write(2, text.utf8Start, text.utf8CodeUnitCount)
  }

  private static func write(_ number: Int) {
    if number >= 10 { write(number / 10) }
    var digit = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
    _ = Foundation.write(2, &digit, 1)
  }
}
