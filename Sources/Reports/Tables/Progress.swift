import Text

/// Where a phase of training stands.
public struct Progress: Sendable, Equatable {
  /// What is running, such as `dense 3/20`.
  public var label: String
  /// Steps that are done.
  public var step: Int
  /// Steps in all.
  public var steps: Int
  /// Over all ranks; nil before it is known.
  public var imagesPerSecond: Double?
  /// The training loss; nil before it is known.
  public var loss: Double?
  public var learningRate: Double?
  /// What the rest will take; nil before it is known.
  public var timeLeft: Duration?

  public init(
    label: String, step: Int, steps: Int, imagesPerSecond: Double? = nil, loss: Double? = nil,
    learningRate: Double? = nil, timeLeft: Duration? = nil
  ) {
    self.label = label
    self.step = step
    self.steps = steps
    self.imagesPerSecond = imagesPerSecond
    self.loss = loss
    self.learningRate = learningRate
    self.timeLeft = timeLeft
  }

  /// The part that is done, from 0 to 1.
  public var fraction: Double { steps <= 0 ? 0 : min(1, max(0, Double(step) / Double(steps))) }

  /// The line for a log, without a newline.
  public var line: String {
    let figures = [rate, lossText, learningRateText, leftText].compactMap { $0 }
    return ([label, "step \(step.grouped) of \(steps.grouped)", percent] + figures).joined(separator: "  ")
  }

  /// The line for a terminal: a bar and the figures, without a newline and never wider than `width` columns. Where they do
  /// not all fit, the learning rate goes first, then the loss, the rate, the time left, the bar, the percentage, and at
  /// last the label's end.
  public func bar(width: Int) -> String {
    let figures = [(4, rate), (5, lossText), (6, learningRateText), (3, leftText)]
    for dropped in (3...7).reversed() {
      let shown = figures.filter { $0.0 < dropped }.compactMap(\.1)
      let text = ([percent] + shown).joined(separator: "  ")
      let room = width - label.count - text.count - 4
      if room >= Self.narrowestBar { return "\(label)  \(drawn(min(room, Self.widestBar)))  \(text)" }
    }
    let bare = "\(label)  \(percent)"
    return bare.count <= width ? bare : String(label.prefix(max(0, width)))
  }

  private static let narrowestBar = 8
  private static let widestBar = 32

  private func drawn(_ width: Int) -> String {
    let full = Int(fraction * Double(width))
    return String(repeating: "━", count: full) + String(repeating: "╌", count: width - full)
  }

  private var percent: String {
    let text = "\(Int(fraction * 100)) %"
    return String(repeating: " ", count: 5 - text.count) + text
  }

  private var rate: String? {
    guard let imagesPerSecond, imagesPerSecond.isFinite, abs(imagesPerSecond) < 1e15 else { return nil }
    return "\(Int(imagesPerSecond.rounded()).grouped) images/s"
  }

  private var lossText: String? { loss.map { "loss \($0.fixed(4))" } }

  private var learningRateText: String? { learningRate.map { "lr \($0.significant(3))" } }

  private var leftText: String? {
    guard let timeLeft else { return nil }
    let seconds = Int((timeLeft / .seconds(1)).rounded(.up))
    // Tenths that flicker by tell nobody anything.
    return seconds < 60 ? "\(max(0, seconds)) s left" : "\(timeLeft.brief) left"
  }
}
