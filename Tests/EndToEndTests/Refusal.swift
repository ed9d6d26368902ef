import Testing

/// Something that dptrain must refuse: how to set it up, and what the message must say.
struct Refusal: Sendable, CustomTestStringConvertible {
  let name: String
  /// What the message must contain.
  let words: [String]
  /// Prepares a scratch directory and returns dptrain's arguments.
  let prepare: @Sendable (Scratch) throws -> [String]

  init(_ name: String, saying words: String..., prepare: @escaping @Sendable (Scratch) throws -> [String]) {
    self.init(name, words: words, prepare: prepare)
  }

  init(_ name: String, words: [String], prepare: @escaping @Sendable (Scratch) throws -> [String]) {
    self.name = name
    self.words = words
    self.prepare = prepare
  }

  var testDescription: String { name }

  /// Runs dptrain with and without a launcher; nothing may change in the scratch directory.
  func check(ranks: Int?, status: Int32) throws {
    let scratch = try Scratch()
    let arguments = try prepare(scratch)
    let before = scratch.names()
    let contents = before.map { try? scratch.contents($0) }
    let result = try dptrain(arguments, ranks: ranks, directory: scratch.url)
    expectRefusal(result, saying: words, status: status)
    #expect(scratch.names() == before, "\(result)")
    #expect(before.map { try? scratch.contents($0) } == contents)
  }
}
