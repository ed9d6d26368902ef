import Text

/// How well predictions agree with labels, by class and on average: the numbers and the text of scikit-learn's
/// `classification_report(truth, predictions, labels=range(classes), target_names=…, digits=4, zero_division=0)`.
public struct ClassificationReport: Sendable, Equatable, CustomStringConvertible {
  /// Scores of one class, or an average of them. A score without a denominator (a class that is never predicted, or never
  /// true) is 0.
  public struct Scores: Sendable, Equatable {
    /// Of the images predicted as this class, the fraction that are of it.
    public var precision: Double
    /// Of the images of this class, the fraction predicted as it.
    public var recall: Double
    /// The harmonic mean of the two.
    public var f1: Double
    /// The number of images of this class.
    public var support: Int
  }

  public let classNames: [String]
  /// `confusion[truth][prediction]`, in images.
  public let confusion: [[Int]]
  /// In the order of the classes.
  public let classes: [Scores]
  /// The fraction of images predicted right.
  public let accuracy: Double
  /// The mean over the classes.
  public let macroAverage: Scores
  /// The mean over the classes, each weighted by its support.
  public let weightedAverage: Scores

  /// - Parameters:
  ///   - truth: the labels, each below the number of classes.
  ///   - predictions: as many.
  ///   - classNames: one a class.
  /// - Throws: `ReportingError` for lengths that differ or a number that names no class.
  public init(truth: [Int32], predictions: [Int32], classNames: [String]) throws(ReportingError) {
    guard truth.count == predictions.count else {
      throw .predictionCount(found: predictions.count, expected: truth.count)
    }
    let count = classNames.count
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
    for index in truth.indices {
      let (label, prediction) = (Int(truth[index]), Int(predictions[index]))
      guard (0..<count).contains(label) else {
        throw .classOutOfRange(what: "label", index: index, found: label, classes: count)
      }
      guard (0..<count).contains(prediction) else {
        throw .classOutOfRange(what: "prediction", index: index, found: prediction, classes: count)
      }
      confusion[label][prediction] += 1
    }
    try self.init(confusion, classNames: classNames)
  }

  /// - Parameters:
  ///   - confusion: images by their class, then by the class that they are taken for.
  ///   - classNames: one a class.
  /// - Throws: `ReportingError.confusionShape` where the matrix is not of the classes.
  public init(_ confusion: [[Int]], classNames: [String]) throws(ReportingError) {
    guard confusion.count == classNames.count, confusion.allSatisfy({ $0.count == classNames.count }) else {
      throw .confusionShape(rows: confusion.count, classes: classNames.count)
    }
    let classes = confusion.indices.map { index in
      let right = confusion[index][index]
      let support = confusion[index].reduce(0, +)
      let predicted = confusion.reduce(0) { $0 + $1[index] }
      return Scores(
        precision: Self.ratio(right, predicted), recall: Self.ratio(right, support),
        f1: Self.ratio(2 * right, support + predicted), support: support)
    }
    let images = classes.reduce(0) { $0 + $1.support }
    self.classNames = classNames
    self.confusion = confusion
    self.classes = classes
    accuracy = Self.ratio(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }, images)
    macroAverage = Self.average(classes, images: images) { _ in 1 }
    weightedAverage = Self.average(classes, images: images) { Double($0.support) }
  }

  private static func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }

  private static func average(_ classes: [Scores], images: Int, weight: (Scores) -> Double) -> Scores {
    let total = classes.reduce(0) { $0 + weight($1) }
    func mean(_ score: (Scores) -> Double) -> Double {
      total == 0 ? 0 : classes.reduce(0) { $0 + score($1) * weight($1) } / total
    }
    return Scores(
      precision: mean { $0.precision }, recall: mean { $0.recall }, f1: mean { $0.f1 }, support: images)
  }

  /// The text that scikit-learn prints, to the byte, with one exception: where not one prediction is right, scikit-learn 1.9
  /// happens to print numbers of images with a decimal (`4.0`), and this does not.
  public var description: String {
    let nameWidth = (classNames.map(\.unicodeScalars.count) + ["weighted avg".count]).max() ?? 0
    func line(_ name: String, _ cells: [String]) -> String {
      Self.padded(name, nameWidth) + " " + cells.map { " " + Self.padded($0, 9) }.joined() + "\n"
    }
    func line(_ name: String, _ scores: Scores) -> String {
      line(name, [scores.precision.fixed(4), scores.recall.fixed(4), scores.f1.fixed(4), String(scores.support)])
    }
    var text = line("", ["precision", "recall", "f1-score", "support"]) + "\n"
    for (name, scores) in zip(classNames, classes) { text += line(name, scores) }
    text += "\n" + line("accuracy", ["", "", accuracy.fixed(4), String(macroAverage.support)])
    text += line("macro avg", macroAverage) + line("weighted avg", weightedAverage)
    return text
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.unicodeScalars.count)) + text
  }
}
