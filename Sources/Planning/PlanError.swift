/// Why there can be no plan.
public enum PlanError: Error, Equatable, CustomStringConvertible {
  /// A file of a calibration that cannot be used.
  case calibration(path: String, reason: String)
  /// A calibration of another network, or with other microbatches, than the run's.
  case differs(path: String, setting: String, found: String, expected: String)

  public var description: String {
    switch self {
    case .calibration(let path, let reason):
      "\(path) is no calibration: \(reason). Make one with 'dptrain plan --keep-calibration FILE'."
    case .differs(let path, let setting, let found, let expected):
      "\(path) was measured with \(setting) \(found), and the run has \(expected). Measure again, or give the run's flags."
    }
  }
}
