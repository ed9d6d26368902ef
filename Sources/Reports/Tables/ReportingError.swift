/// Why there is no report.
public enum ReportingError: Error, Equatable, CustomStringConvertible {
  /// Not one prediction for each label.
  case predictionCount(found: Int, expected: Int)
  /// A label or prediction that names no class; `what` says which of the two, `index` the image.
  case classOutOfRange(what: String, index: Int, found: Int, classes: Int)
  /// A confusion matrix that is not square, or not of these classes.
  case confusionShape(rows: Int, classes: Int)
  /// The mask or the weights have another length than the arena.
  case lengthMismatch(what: String, found: Int, expected: Int)

  public var description: String {
    switch self {
    case .predictionCount(let found, let expected):
      "classification report: found \(found) predictions, expected one for each of \(expected) labels"
    case .classOutOfRange(let what, let index, let found, let classes):
      "classification report: the \(what) of image \(index) is class \(found), expected 0 to \(classes - 1)"
    case .confusionShape(let rows, let classes):
      "classification report: found a confusion matrix of \(rows) rows, expected \(classes) rows and columns"
    case .lengthMismatch(let what, let found, let expected):
      "sparsity report: \(what) of \(found) elements, expected the arena's \(expected)"
    }
  }
}
