import Training

extension LearningRateSchedule {
  /// The words of `--learning-rate-schedule`.
  public enum Name: String, Sendable, CaseIterable, SettingValue {
    case constant
    case multiStep = "multi-step"
    case cosine
    case oneCycle = "one-cycle"
  }

  var name: Name {
    switch self {
    case .constant: .constant
    case .cosine: .cosine
    case .oneCycle: .oneCycle
    case .multiStep: .multiStep
    }
  }

  var rise: Double? { if case .oneCycle(let rise, _) = self { rise } else { nil } }
  var finalRate: Double? { if case .oneCycle(_, let end) = self { end } else { nil } }
  var milestones: [Int]? { if case .multiStep(let milestones, _) = self { milestones } else { nil } }
  var factor: Double? { if case .multiStep(_, let factor) = self { factor } else { nil } }

  /// A schedule of that name, or else the same one, with what `--rise`, `--final-rate`, `--milestones` and
  /// `--learning-rate-factor` say.
  func changed(to name: Name?, _ given: SettingValues) -> LearningRateSchedule {
    switch name ?? self.name {
    case .constant: .constant
    case .cosine: .cosine
    case .oneCycle: .oneCycle(rise: given["rise"] ?? rise ?? 0.2, end: given["final-rate"] ?? finalRate)
    case .multiStep:
      .multiStep(
        milestones: given.numbers("milestones") ?? milestones ?? [100, 150],
        factor: given["learning-rate-factor"] ?? factor ?? 0.1)
    }
  }
}

extension TrainingSettings {
  /// Refuses flags that shape a learning-rate schedule which neither phase has, where they would change nothing.
  public static func checkSchedules(_ given: SettingValues) throws(SettingProblem) {
    let own = (given["recipe"] ?? Recipe.quick).configuration
    let dense = own.dense.schedule.changed(to: given["learning-rate-schedule"], given).name
    let finetune = own.finetune.schedule.changed(to: given["finetune-schedule"], given).name
    let flags: [(name: String, schedule: LearningRateSchedule.Name)] = [
      ("rise", .oneCycle), ("final-rate", .oneCycle), ("milestones", .multiStep), ("learning-rate-factor", .multiStep),
    ]
    for flag in flags {
      try require(
        !given.has(flag.name) || [dense, finetune].contains(flag.schedule),
        "--\(flag.name) is for the \(flag.schedule.rawValue) schedule; dense training has \(dense.rawValue) and "
          + "fine-tuning \(finetune.rawValue): leave it out, or change --learning-rate-schedule or --finetune-schedule")
    }
  }
}
