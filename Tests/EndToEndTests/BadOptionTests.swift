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
    (["--iterations", "0"], "--iterations must be at least 1"),
    (["--epochs", "0"], "--epochs must be at least 1"),
    (["--batch-size", "0"], "--batch-size must be at least 16"),
    (["--microbatch", "24"], "--microbatch must be a multiple of 16"),
    (["--learning-rate", "0"], "--learning-rate must be positive"),
    (["--momentum", "1"], "--momentum must be in [0, 1)"),
    (["--label-smoothing", "1"], "--label-smoothing must be in [0, 1)"),
    (["--rise", "1"], "--rise must be between 0 and 1"),
    (["--milestones", "ten"], "--milestones takes epochs"),
    (["--arch", "resnet50"], "resnet50"),
    (["--recipe", "slow"], "slow"),
    (["--exchange", "ring"], "ring"),
    (["--no-such-flag"], "--no-such-flag"),
    (["evaluate"], "<model>"),
    (["evaluate", "model.safetensors", "--batch", "0"], "--batch must be at least 1"),
    (["predict"], "<model>"),
    (["predict", "model.safetensors", "--top", "0"], "--top must be at least 1"),
    (["predict", "model.safetensors", "--images", "first"], "'first'"),
    (["predict", "model.safetensors", "--images", "3-"], "'3-'"),
    (["predict", "model.safetensors", "--images", "9-3"], "'9-3'"),
    (["predict", "model.safetensors", "--images", "1,,2"], "'1,,2'"),
    (["predict", "model.safetensors", "--images=-1"], "'-1'"),
    (["predict", "model.safetensors", "--images", "99999999999999999999"], "'99999999999999999999'"),
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
}
