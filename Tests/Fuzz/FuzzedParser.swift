/// A parser of bytes that somebody else may have written, and what it is fed.
///
/// An input is one string of bytes, whatever files the parser reads: then every input can be kept, repeated and given to
/// libFuzzer.
protocol FuzzedParser {
  /// What the command line calls it.
  static var name: String { get }

  /// The memory that an input may take: so many bytes for each of its own, above a fixed sum.
  static var bytesAllowed: (fixed: Int, each: Int) { get }

  /// Inputs that it accepts.
  var seeds: [[UInt8]] { get }

  /// An input that the parser may accept, to make others from.
  func start(_ mutator: inout Mutator) -> [UInt8]

  /// Changes `input` in one place, so that it stays near to what the parser accepts.
  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator)

  /// Reads `input` as the program would.
  ///
  /// - Throws: what the program would tell its user of an input that it refuses.
  func read(_ input: [UInt8]) throws
}

extension FuzzedParser {
  /// What a sound parser needs for a tree of small values, and far below what a lie about a size would ask for.
  static var bytesAllowed: (fixed: Int, each: Int) { (8 << 20, 4_096) }

  func start(_ mutator: inout Mutator) -> [UInt8] { mutator.pick(seeds) ?? [] }

  /// An input of a campaign.
  func input(seed: UInt64, number: Int) -> [UInt8] {
    var mutator = Mutator(seed: seed, number: number)
    var input = start(&mutator)
    // A third of all inputs stay as they began, half of the rest are changed once more, and so on.
    guard !mutator.chance(1, in: 3) else { return input }
    repeat { mutate(&input, &mutator) } while mutator.chance(1, in: 2)
    return input
  }
}
