import Reports
import Text
import Testing

struct ProgressTests {
  static let progress = Progress(
    label: "dense 3/20", step: 44, steps: 98, imagesPerSecond: 2310.4, loss: 1.23456, learningRate: 0.09987,
    timeLeft: .seconds(72))

  @Test func plainLine() {
    #expect(
      Self.progress.line
        == "dense 3/20  step 44 of 98   44 %  2,310 images/s  loss 1.2346  lr 0.0999  1 min 12 s left")
    #expect(Progress(label: "evaluating", step: 0, steps: 10).line == "evaluating  step 0 of 10    0 %")
  }

  @Test func barByWidth() {
    let bars = [120, 90, 72, 60, 50, 40, 30, 20, 12, 5].map { Self.progress.bar(width: $0) }
    #expect(
      bars == [
        "dense 3/20  ━━━━━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌   44 %  2,310 images/s  loss 1.2346  lr 0.0999  1 min 12 s left",
        "dense 3/20  ━━━━━━╌╌╌╌╌╌╌╌   44 %  2,310 images/s  loss 1.2346  lr 0.0999  1 min 12 s left",
        "dense 3/20  ━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌   44 %  2,310 images/s  1 min 12 s left",
        "dense 3/20  ━━━╌╌╌╌╌   44 %  2,310 images/s  1 min 12 s left",
        "dense 3/20  ━━━━━━╌╌╌╌╌╌╌╌   44 %  1 min 12 s left",
        "dense 3/20  ━━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌   44 %",
        "dense 3/20  ━━━━╌╌╌╌╌╌╌   44 %",
        "dense 3/20   44 %",
        "dense 3/20",
        "dense",
      ])
  }

  @Test func barFitsEveryWidth() {
    for width in -1...200 {
      for label in ["", "dense 3/20", "a label that is longer than many a terminal is wide, by far"] {
        var progress = Self.progress
        progress.label = label
        #expect(progress.bar(width: width).count <= max(0, width))
      }
    }
  }

  @Test func endsAndOddFigures() {
    #expect(Progress(label: "a", step: 10, steps: 10).bar(width: 20) == "a  ━━━━━━━━━━  100 %")
    #expect(Progress(label: "a", step: 11, steps: 10).fraction == 1)
    #expect(Progress(label: "a", step: 3, steps: 0).fraction == 0)
    #expect(Progress(label: "a", step: 1, steps: 2, timeLeft: .seconds(7.2)).line == "a  step 1 of 2   50 %  8 s left")
    let odd = Progress(label: "a", step: 1, steps: 2, imagesPerSecond: .nan, loss: .nan)
    #expect(odd.line == "a  step 1 of 2   50 %  loss nan")
  }

  /// Collects what a bar writes.
  final class Output {
    var text = ""
    var columns: Int?
    var bar: ProgressBar { ProgressBar(columns: { self.columns }, write: { self.text += $0 }) }
  }

  @Test func aTerminalIsRedrawnInPlace() {
    let output = Output()
    output.columns = 41
    var bar = output.bar
    let start = ContinuousClock.now
    bar.show(Self.progress, at: start)
    let line = Self.progress.bar(width: 40)
    #expect(output.text == "\r\(line)\u{1B}[K")
    bar.show(Self.progress, at: start + .milliseconds(99))
    #expect(output.text == "\r\(line)\u{1B}[K")
    output.text = ""
    bar.show(Self.progress, at: start + .milliseconds(100))
    #expect(output.text == "\r\(line)\u{1B}[K")
    output.text = ""
    bar.print("epoch 3 done")
    #expect(output.text == "\r\u{1B}[Kepoch 3 done\n")
    output.text = ""
    bar.show(Self.progress, at: start + .milliseconds(101))
    bar.finish()
    bar.finish()
    #expect(output.text == "\r\(line)\u{1B}[K\r\u{1B}[K")
  }

  @Test func elsewhereALineNowAndThen() {
    let output = Output()
    var bar = output.bar
    let start = ContinuousClock.now
    for second in 0...65 { bar.show(Self.progress, at: start + .seconds(second)) }
    #expect(output.text == "\(Self.progress.line)\n\(Self.progress.line)\n")
    output.text = ""
    bar.print("epoch 3 done")
    bar.finish()
    #expect(output.text == "epoch 3 done\n")
  }

  @Test func silentSaysNothing() {
    var bar = ProgressBar.silent
    bar.show(Self.progress)
    bar.print("nothing")
    bar.finish()
  }

  @Test func aFileIsNoTerminal() {
    #expect(Terminal.columns(of: -1) == nil)
  }
}
