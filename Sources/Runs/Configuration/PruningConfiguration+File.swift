import Pruning

/// In `config.json` stands of a pruning what applies to it. Files of the first format say all, with an `amount` of 0 where
/// something else decides.
extension PruningConfiguration: Codable {
  private struct File: Codable {
    var amount: Double?
    var amounts: [Double]?
    var costPower: Double
    var count: Int?
    var gradual: CubicSchedule?
    var isDeadOnly: Bool?
    var iterations: Int?
    var learningRateDecay: Double?
    var linearAmount: Double
    var rewinding: Rewinding?
    var scope: PruneScope
    var score: PruneScore
    var targetMultiplyAdds: Double?
    var targetSpeedup: Double?
  }

  public init(from decoder: any Decoder) throws {
    let file = try File(from: decoder)
    let goals: [Goal] = [
      file.count.map { .count($0) }, file.targetMultiplyAdds.map { .cost(.multiplyAdds($0)) },
      file.targetSpeedup.map { .cost(.speedup($0)) }, file.amount.flatMap { $0 == 0 ? nil : .fraction($0) },
    ].compactMap { $0 }
    let (isDead, rounds) = (file.isDeadOnly ?? false, file.iterations ?? 1)
    let isSaidOtherwise = isDead || file.amounts != nil
    guard goals.count + (isDead ? 1 : 0) + (file.amounts == nil ? 0 : 1) <= 1,
      !isSaidOtherwise || rounds == 1 && file.gradual == nil, file.gradual == nil || rounds == 1,
      file.rewinding == nil || file.gradual == nil && file.learningRateDecay ?? 1 == 1
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "its settings exclude each other"))
    }
    let goal = goals.first ?? .fraction(0)
    self.init(
      isDead
        ? .deadTaps
        : file.amounts.map { .listed($0) } ?? file.gradual.map { .cubic($0, to: goal) } ?? .rounds(rounds, to: goal),
      linearAmount: file.linearAmount, scope: file.scope, score: file.score, costPower: file.costPower,
      recovery: file.rewinding.map { .rewind($0) } ?? .finetune(rateDecay: file.learningRateDecay ?? 1))
  }

  public func encode(to encoder: any Encoder) throws {
    var file = File(costPower: costPower, linearAmount: linearAmount, scope: scope, score: score)
    switch course {
    case .rounds(let rounds, _): file.iterations = rounds
    case .listed(let amounts): file.amounts = amounts
    case .deadTaps: file.isDeadOnly = true
    case .cubic(let schedule, _): file.gradual = schedule
    }
    switch goal {
    case .fraction(let amount): file.amount = amount
    case .count(let count): file.count = count
    case .cost(.multiplyAdds(let share)): file.targetMultiplyAdds = share
    case .cost(.speedup(let factor)): file.targetSpeedup = factor
    case nil: break
    }
    switch recovery {
    case .finetune(let decay): file.learningRateDecay = decay
    case .rewind(let rewinding): file.rewinding = rewinding
    }
    try file.encode(to: encoder)
  }
}

extension PruneScope: Codable {}
extension PruneScore: Codable {}
