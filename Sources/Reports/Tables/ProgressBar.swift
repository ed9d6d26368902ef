import Text
import Foundation

/// Shows progress: on a terminal one line that is drawn again and again, elsewhere a plain line now and then.
///
/// One rank has one that shows; the others hold `ProgressBar.silent`.
public struct ProgressBar {
  /// The least time between two drawings on a terminal.
  public static let redrawInterval = Duration.milliseconds(100)
  /// The least time between two plain lines, and from the start to the first.
  public static let plainInterval = Duration.seconds(30)

  private let columns: () -> Int?
  private let write: (String) -> Void
  private var lastShown: ContinuousClock.Instant?
  private var isDrawn = false

  /// - Parameters:
  ///   - columns: the terminal's width now, nil where there is no terminal.
  ///   - write: takes text as it is to appear, newlines and control sequences included.
  public init(columns: @escaping () -> Int?, write: @escaping (String) -> Void) {
    self.columns = columns
    self.write = write
  }

  /// Shows on standard output, in step with what `Swift.print` writes there.
  public static var standardOutput: ProgressBar {
    ProgressBar(columns: { Terminal.columns() }) { text in
      Swift.print(text, terminator: "")
      fflush(nil)
    }
  }

  /// Shows and prints nothing.
  public static var silent: ProgressBar { ProgressBar(columns: { nil }, write: { _ in }) }

  /// Shows where things stand, unless it did so a moment ago. Cheap enough for every step.
  public mutating func show(_ progress: @autoclosure () -> Progress, at now: ContinuousClock.Instant = .now) {
    if let width = columns() {
      if isDrawn, let lastShown, now - lastShown < Self.redrawInterval { return }
      // A character in the last column makes some terminals wrap.
      write("\r" + progress().bar(width: width - 1) + "\u{1B}[K")
      isDrawn = true
      lastShown = now
    } else if let last = lastShown {
      guard now - last >= Self.plainInterval else { return }
      write(progress().line + "\n")
      lastShown = now
    } else {
      lastShown = now
    }
  }

  /// Prints a line that stays, above the bar where there is one.
  public mutating func print(_ line: String) {
    clear()
    write(line + "\n")
  }

  /// Takes the bar away, at the end of a phase; the intervals begin anew.
  public mutating func finish() {
    clear()
    lastShown = nil
  }

  private mutating func clear() {
    guard isDrawn else { return }
    write("\r\u{1B}[K")
    isDrawn = false
  }
}
