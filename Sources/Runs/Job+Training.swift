import Training

extension Job {
  /// Trains a phase, or what is left of it.
  func train(_ numbers: PhaseConfiguration, phase: MetricsRecord.Phase, round: Int) throws {
    let plan = outline.plan
    var needs = TrainingPhase(
      images: data.training, plan: plan, method: configuration.method, numbers: numbers, communicator: communicator)
    if phase == .finetune { needs.l1 = configuration.l1 }
    let prunings = phase == .dense ? configuration.pruning.gradual?.epochs ?? [] : []
    needs.prunings = prunings.map { $0 * plan.stepsPerEpoch }
    var trainer = try Trainer(
      needs, at: place,
      from: PhaseProgress(
        optimizer: restoredOptimizer, stepsDone: state.epoch * plan.stepsPerEpoch + state.step, times: state.times))
    restoredOptimizer = nil
    self.trainer = trainer
    if state.epoch == 0 && state.step == 0 {
      observer.phaseBegan(
        PhaseStart(
          phase: phase, round: round, rounds: isGradual ? 1 : rounds, isGradual: isGradual, numbers: numbers,
          rewinds: phase == .finetune && configuration.pruning.rewinding != nil, steps: trainer.steps))
    }
    while state.epoch < numbers.epochs {
      if phase == .dense { try keepForRewinding() }
      if !state.isEvaluated {
        try trainSteps(trainer, numbers, phase: phase, round: round)
        try endEpoch(trainer, numbers, phase: phase, round: round)
        try boundary()
      }
      if phase == .dense { try pruneGradually(trainer) }
      trainer = self.trainer ?? trainer
      state.beginEpoch()
    }
    try trainer.adoptAverage()
    if trainer.times.steps > 0 {
      state.exchanges.append(
        ExchangeSummary(
          phase: phase, round: round, bytes: trainer.exchangedBytes,
          seconds: trainer.times.exchange / Double(trainer.times.steps),
          share: trainer.times.exchange / trainer.times.total))
    }
  }

  /// Trains for what is left of the present epoch.
  private func trainSteps(
    _ trainer: Trainer, _ numbers: PhaseConfiguration, phase: MetricsRecord.Phase, round: Int
  ) throws {
    weightsChange()
    let plan = outline.plan
    let clock = ContinuousClock()
    var mark = clock.now
    try trainer.trainEpoch(state.epochsDone, from: state.step, requests: ownRequests) { report in
      let now = clock.now
      state.sums.seconds += (now - mark) / .seconds(1)
      mark = now
      state.step += 1
      state.stepsDone += 1
      state.times = trainer.times
      checkpoints.stepsHere += 1
      switch report.outcome {
      case .leftOut(let cause): try leaveOut(cause, learningRate: report.learningRate)
      case .taken(let loss, let accuracy):
        state.sums.add(loss: loss, accuracy: accuracy, rate: report.learningRate)
        observer.stepEnded(
          StepProgress(
            phase: phase, round: round, epoch: state.epoch + 1, epochs: numbers.epochs,
            step: state.epoch * plan.stepsPerEpoch + state.step, steps: trainer.steps,
            stepsDone: state.stepsDone, loss: loss, learningRate: report.learningRate,
            imagesPerSecond: Double(state.step * plan.batchSize) / state.sums.seconds, seconds: seconds))
      }
      try boundary(afterStep: report.requests)
    }
  }

  /// Goes on without a step whose gradient is not finite, where that is wanted and can help.
  private func leaveOut(_ cause: NonFiniteStep, learningRate: Double) throws {
    state.sums.skipped += 1
    state.skippedSteps += 1
    guard policy.onNonFinite == .skip, cause.weightsAreFinite, state.sums.skipped < outline.plan.stepsPerEpoch else {
      throw TrainingError.notFinite(
        cause, epoch: state.epoch, step: state.step, runStep: state.stepsDone, learningRate: learningRate,
        checkpoint: checkpoints.last)
    }
    observer.warned("left out step \(state.stepsDone): \(cause)")
  }

  /// Evaluates and records an epoch whose steps are done.
  private func endEpoch(
    _ trainer: Trainer, _ numbers: PhaseConfiguration, phase: MetricsRecord.Phase, round: Int
  ) throws {
    let (sums, plan) = (state.sums, outline.plan)
    state.trainingSeconds += sums.seconds
    state.trainedImages += plan.stepsPerEpoch * plan.batchSize
    let evaluation = try trainer.withAverage(evaluate)
    state.endEpoch(accuracy: evaluation.accuracy)
    let exchange = trainer.times.exchange - sums.exchangeBefore
    let steps = Double(plan.stepsPerEpoch)
    let counted = steps - Double(sums.skipped)
    let record = MetricsRecord(
      phase: phase, round: round, epoch: state.epoch + 1, step: state.stepsDone, trainLoss: sums.losses / counted,
      trainAccuracy: sums.right / counted, testLoss: evaluation.loss, testAccuracy: evaluation.accuracy,
      learningRate: sums.rate, imagesPerSecond: steps * Double(plan.batchSize) / sums.seconds,
      exchangeShare: exchange / sums.seconds, exchangeSeconds: exchange / steps, exchangeBytes: trainer.exchangedBytes,
      skippedSteps: sums.skipped > 0 ? sums.skipped : nil, seconds: seconds, sparsity: place.sparsity)
    try self.record(record)
    observer.epochEnded(record, epochs: numbers.epochs)
  }
}

/// What the exchange of a phase cost on rank 0.
public struct ExchangeSummary: Sendable, Equatable, Codable {
  public let phase: MetricsRecord.Phase
  public let round: Int
  /// Sent in a step.
  public let bytes: Int
  /// Taken by a step's exchange, waiting included.
  public let seconds: Double
  /// Of the time of a step.
  public let share: Double

  package init(phase: MetricsRecord.Phase, round: Int, bytes: Int, seconds: Double, share: Double) {
    self.phase = phase
    self.round = round
    self.bytes = bytes
    self.seconds = seconds
    self.share = share
  }
}
