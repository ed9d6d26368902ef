import Pruning
import Training

// What flags together would contradict themselves. What results of those that do not is a `PruningConfiguration`, which cannot.

extension PruningSettings {
  public static func check(_ given: SettingValues) throws(SettingProblem) {
    if let amounts: [Double] = given.numbers("prune-amounts") {
      for amount in amounts {
        if let demand = SettingRange.fraction.demand(amount) {
          throw SettingProblem("each of --prune-amounts \(demand)")
        }
      }
      try require(
        zip(amounts, amounts.dropFirst()).allSatisfy { $0 <= $1 },
        "--prune-amounts are what is pruned in all after each round, and cannot fall")
      try require(given["iterations"] == 1, "--prune-amounts sets the rounds; leave out --iterations")
    }
    try checkGoal(given)
    try checkSchedule(given)
    try checkRewinding(given)
  }

  private static func checkGoal(_ given: SettingValues) throws(SettingProblem) {
    let isDead = given["prune-dead"] == true
    try require(
      goals.count { $0 == "prune-dead" ? isDead : given.has($0) } <= 1,
      "--prune, --prune-count, --prune-amounts, --prune-dead, --target-macs and --target-speedup exclude each other")
    let score: PruneScore = given["score"] ?? .l1
    let isGlobal = given["scope"] == PruneScope.global
    try require(
      !isDead
        || isGlobal && score == .l1 && given["iterations"] == 1 && given["schedule"] == Schedule.rounds
          && given["prune-linear"] == 0.0,
      "--prune-dead says which weights go; leave out --scope, --score, --iterations, --schedule and --prune-linear")
    try require(!given.has("cost-power") || score == .l1PerCost, "--cost-power is for --score l1-per-cost only")
    try require(
      isGlobal || !score.isGlobal,
      "--score \(score.rawValue) decides how much each layer keeps; leave out --scope local, or use --score l1")
    try require(
      isGlobal || !given.has("target-macs", "target-speedup"),
      "a target is reached by one ranking of all convolutions; leave out --scope local (--score uniform prunes the same "
        + "fraction of every layer)")
  }

  private static func checkSchedule(_ given: SettingValues) throws(SettingProblem) {
    guard given["schedule"] == Schedule.cubic else {
      return try require(
        !given.has("from-epoch", "to-epoch", "every"),
        "--from-epoch, --to-epoch and --every are for --schedule cubic only")
    }
    try require(!given.has("prune-amounts"), "--schedule cubic sets the amounts; leave out --prune-amounts")
    try require(given["iterations"] == 1, "--schedule cubic prunes in one run; leave out --iterations")
    guard let last: Int = given["to-epoch"] else { return }
    let first: Int = given["from-epoch"] ?? 0
    try require(last > first, "--to-epoch must be after --from-epoch")
    try require(
      last - first >= given["every"] ?? 1,
      "--every must not be longer than what lies between --from-epoch and --to-epoch")
  }

  private static func checkRewinding(_ given: SettingValues) throws(SettingProblem) {
    try require(
      given.has("rewind") == given.has("rewind-epoch"),
      "--rewind and --rewind-epoch go together: what goes back, and to which epoch")
    guard given.has("rewind") else { return }
    try require(
      !given.has("finetune-epochs", "finetune-learning-rate", "finetune-schedule")
        && given["round-learning-rate-decay"] == 1.0,
      "--rewind trains again by the settings of dense training; leave out --finetune-epochs, --finetune-learning-rate, "
        + "--finetune-schedule and --round-learning-rate-decay")
    try require(
      given["schedule"] == Schedule.rounds, "--rewind goes back after a round of pruning; leave out --schedule cubic")
  }
}
