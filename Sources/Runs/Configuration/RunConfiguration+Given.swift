import Pruning
import Training

extension RunConfiguration {
  /// A recipe with the changes that were given, for real images or the built-in synthetic ones.
  ///
  /// - Throws: `PruningError` for epochs of gradual pruning that do not fit those of training.
  public init(_ kind: RunKind, _ given: SettingValues, synthetic: Bool) throws(PruningError) {
    let recipe: Recipe = given["recipe"] ?? .quick
    self = synthetic ? recipe.syntheticConfiguration : recipe.configuration
    self.kind = kind
    if let own = (given["optimizer"] ?? optimizer).standard {
      (dense.learningRate, finetune.learningRate, weightDecay) = (own.learningRate, own.learningRate, own.weightDecay)
    }
    TrainingSettings.apply(given, to: &self)
    if !augments { cutout = 0 }
    dense.schedule = dense.schedule.changed(to: given["learning-rate-schedule"], given)
    finetune.schedule = finetune.schedule.changed(to: given["finetune-schedule"], given)
    guard kind != .train else { return }
    PruningSettings.apply(given, to: &self)
    pruning.course = try PruningSettings.course(given, epochs: dense.epochs)
    pruning.recovery = PruningSettings.recovery(given)
  }

  /// A number of the schedules of both phases: where they differ, dense training's.
  func ofSchedules<Value>(_ number: (LearningRateSchedule) -> Value?) -> Value? {
    number(dense.schedule) ?? number(finetune.schedule)
  }
}
