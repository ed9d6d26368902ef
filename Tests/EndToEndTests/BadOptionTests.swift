import Testing

/// Options outside their range: status 2, the reason and where to find help, on rank 0 alone.
struct BadOptionTests {
  static let options: [([String], String)] = [
    (["--prune", "1"], "--prune must be in [0, 1)"),
    (["--prune", "1.5"], "--prune must be in [0, 1)"),
    (["--prune=-0.1"], "--prune must be in [0, 1)"),
    (["--prune", "nan"], "--prune must be in [0, 1)"),
    (["--prune", "most"], "'most'"),
    (["--prune-linear", "1"], "--prune-linear must be in [0, 1)"),
    (["--prune-amounts", "0.5,1"], "each of --prune-amounts must be in [0, 1)"),
    (["--prune-amounts", "0.9,0.5"], "--prune-amounts"),
    (["--prune-amounts", "0.9;0.95"], "--prune-amounts takes fractions"),
    (["--prune", "0.5", "--prune-count", "7"], "exclude each other"),
    (["--prune-count=-1"], "--prune-count must not be negative"),
    (["--prune", "0.5", "--target-macs", "0.1"], "exclude each other"),
    (["--target-speedup", "4", "--target-macs", "0.1"], "exclude each other"),
    (["--target-macs", "1"], "--target-macs must be in (0, 1)"),
    (["--target-macs", "0"], "--target-macs must be in (0, 1)"),
    (["--target-macs", "nan"], "--target-macs must be in (0, 1)"),
    (["--target-speedup", "1"], "--target-speedup must be above 1"),
    (["--target-speedup", "inf"], "--target-speedup must be above 1"),
    (["--target-macs", "0.1", "--scope", "local"], "--score uniform prunes the same fraction"),
    (["--score", "largest"], "largest"),
    (["--score", "lamp", "--scope", "local"], "leave out --scope local"),
    (["--score", "erk", "--scope", "local"], "leave out --scope local"),
    (["--cost-power", "1"], "--cost-power is for --score l1-per-cost only"),
    (["--score", "l1-per-cost", "--cost-power", "5"], "--cost-power must be from 0 to 4"),
    (["--schedule", "cosine"], "cosine"),
    (["--from-epoch", "2"], "are for --schedule cubic only"),
    (["--schedule", "cubic", "--from-epoch=-1"], "--from-epoch must not be negative"),
    (["--schedule", "cubic", "--from-epoch", "5", "--to-epoch", "5"], "--to-epoch must be after --from-epoch"),
    (["--schedule", "cubic", "--every", "0"], "--every must be at least 1"),
    (["--schedule", "cubic", "--to-epoch", "3", "--every", "4"], "--every must not be longer"),
    (["--schedule", "cubic", "--iterations", "2"], "leave out --iterations"),
    (["--schedule", "cubic", "--prune-amounts", "0.5,0.9"], "leave out --prune-amounts"),
    (["prune", "model.safetensors", "--schedule", "cubic"], "it is for 'dptrain run'"),
    (["inspect", "model.safetensors", "--prune", "1"], "--prune must be in [0, 1)"),
    (["--learning-rate-schedule", "cubic"], "cubic"),
    (["--iterations", "0"], "--iterations must be at least 1"),
    (["--epochs", "0"], "--epochs must be at least 1"),
    (["--batch-size", "0"], "--batch-size must be at least 16"),
    (["--microbatch", "24"], "--microbatch must be a multiple of 16"),
    (["--learning-rate", "0"], "--learning-rate must be positive"),
    (["--momentum", "1"], "--momentum must be in [0, 1)"),
    (["--label-smoothing", "1"], "--label-smoothing must be in [0, 1)"),
    (["--rise", "1"], "--rise must be between 0 and 1"),
    (["--final-rate", "1.5"], "--final-rate must be from 0 to 1"),
    (["--milestones", "ten"], "--milestones takes epochs"),
    (["--recipe", "article", "--rise", "0.3"], "--rise is for the one-cycle schedule"),
    (["--recipe", "article", "--final-rate", "0.1"], "--final-rate is for the one-cycle schedule"),
    (["--milestones", "5"], "--milestones is for the multi-step schedule"),
    (["config", "--milestones", "5"], "--milestones is for the multi-step schedule"),
    (["train", "--learning-rate-factor", "0.5"], "--learning-rate-factor is for the multi-step schedule"),
    (["--cutout", "33"], "--cutout must be from 0 to 32"),
    (["--cutout", "8", "--no-augment"], "--cutout is a part of augmentation"),
    (["--crop-padding", "33"], "--crop-padding must be from 0 to 32"),
    (["--crop-padding", "2", "--no-augment"], "--crop-padding is a part of augmentation"),
    (["--flips", "never"], "never"),
    (["--flips", "alternating", "--no-augment"], "--flips is a part of augmentation"),
    (["--average", "1"], "--average must be in [0, 1)"),
    (["--holdout", "0"], "--holdout must be at least 1"),
    (["--rewind", "weights"], "--rewind and --rewind-epoch go together"),
    (["--rewind-epoch", "1"], "--rewind and --rewind-epoch go together"),
    (["--rewind", "weights", "--rewind-epoch", "20"], "the setting pruning.rewinding.epoch is 20, expected 0 to 19"),
    (["--rewind", "weights", "--rewind-epoch", "1", "--finetune-epochs", "2"], "leave out --finetune-epochs"),
    (["--rewind", "learning-rate", "--rewind-epoch", "1", "--schedule", "cubic"], "leave out --schedule cubic"),
    (["--prune-dead", "--prune", "0.5"], "--prune-dead, --target-macs and --target-speedup exclude each other"),
    (["--prune-dead", "--score", "lamp"], "--prune-dead says which weights go"),
    (["--arch", "resnet99"], "resnet99"),
    (["--optimizer", "adam"], "adam"),
    (["--optimizer", "adamw", "--no-nesterov"], "--nesterov is for stochastic gradient descent"),
    (["--recipe", "slow"], "slow"),
    (["--exchange", "ring"], "ring"),
    (["--no-such-flag"], "--no-such-flag"),
    (["evaluate"], "<model>"),
    (["evaluate", "model.safetensors", "--batch", "0"], "--batch must be at least 1"),
    (["predict"], "--model is missing"),
    (["predict", "model.safetensors", "--top", "0"], "--top must be at least 1"),
    (["predict", "model.safetensors", "--images", "first"], "'first'"),
    (["predict", "model.safetensors", "--images", "3-"], "'3-'"),
    (["predict", "model.safetensors", "--images", "9-3"], "'9-3'"),
    (["predict", "model.safetensors", "--images", "1,,2"], "'1,,2'"),
    (["predict", "model.safetensors", "--images=-1"], "'-1'"),
    (["predict", "model.safetensors", "--images", "99999999999999999999"], "'99999999999999999999'"),
    // Figures that a run would have to count to, or take memory for.
    (["--epochs", "9223372036854775807"], "the setting dense.epochs is 9223372036854775807, expected 1 to 1000000"),
    (["--finetune-epochs", "1000001"], "the setting finetune.epochs is 1000001, expected 0 to 1000000"),
    (["--iterations", "4611686018427387904"], "pruning.iterations is 4611686018427387904, expected 1 to 10000"),
    (
      ["--schedule", "cubic", "--from-epoch", "9223372036854775807"], "--from-epoch must not be negative, or beyond all"
    ),
    (["bench", "infer", "model.safetensors", "--batch", "0"], "--batch must be at least 1"),
  ]

  @Test(arguments: options)
  func optionsOutsideTheirRangeAreRefused(arguments: [String], message: String) throws {
    try Refusal("", saying: message) { _ in arguments }.check(ranks: nil, status: 2)
  }

  @Test func oneRankSpeaks() throws {
    try Refusal("", saying: "--prune must be in [0, 1)") { _ in ["--prune", "1"] }.check(ranks: 4, status: 2)
  }

  /// A count can only be checked against a network.
  @Test func aCountBeyondTheNetworkIsRefused() throws {
    try Refusal("", saying: "the convolutions: cannot prune 76720 weights", "at most") { scratch in
      ["--arch", "resnet8", "--data", try scratch.writeImages(), "--prune-count", "76720", "--output", "run"]
        + Scratch.smallBatch
    }.check(ranks: nil, status: 1)
  }

  /// Epochs of a schedule can only be checked against a recipe's.
  @Test func aScheduleThatOutlastsTrainingIsRefused() throws {
    try Refusal("", saying: "pruning to epoch 3 of 2", "last epoch of dense training") { scratch in
      [
        "--arch", "resnet8", "--data", try scratch.writeImages(), "--schedule", "cubic", "--to-epoch", "3", "--epochs",
        "2", "--output", "run",
      ] + Scratch.smallBatch
    }.check(ranks: nil, status: 1)
  }
}
