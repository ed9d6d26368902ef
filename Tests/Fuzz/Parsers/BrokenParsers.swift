import Foundation

/// Parsers with a fault each, which a campaign must find: that it does is tested.
struct TrappingParser: FuzzedParser {
  static let name = "broken-trap"
  let seeds: [[UInt8]] = [[1, 2, 3]]

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) { mutator.changeBytes(&input) }

  func read(_ input: [UInt8]) throws { precondition(input != [1, 2]) }
}

/// Takes the memory that a number in the input asks for.
struct GreedyParser: FuzzedParser {
  static let name = "broken-memory"
  let seeds: [[UInt8]] = [[0, 0, 0, 1]]

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) { mutator.changeBytes(&input) }

  func read(_ input: [UInt8]) throws {
    let length = input.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    if [UInt8](repeating: 0, count: length).reduce(0, |) != 0 { throw CancellationError() }
  }
}

/// Waits for ever where the input begins with a certain byte.
struct WaitingParser: FuzzedParser {
  static let name = "broken-wait"
  let seeds: [[UInt8]] = [[0]]

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) { mutator.changeBytes(&input) }

  func read(_ input: [UInt8]) throws { while input.first == 0x80 { sleep(1) } }
}
