import CAllocationCounter
import Foundation
import TestSupport
import Testing

/// A short campaign against every parser (`make fuzz` runs the long one), and campaigns against parsers with known faults.
struct FuzzTests {
  private func fuzz(_ parser: String, inputs: Int, more: [String] = []) throws -> ProcessResult {
    try run(builtExecutable("fuzz"), [parser, "--inputs", "\(inputs)"] + more, timeout: 60)
  }

  /// The input that a campaign names as the one that ended it.
  private func culprit(_ result: ProcessResult) -> Int? {
    result.standardError.firstMatch(of: /input ([0-9]+)/).flatMap { Int($0.1) }
  }

  @Test(arguments: try run(builtExecutable("fuzz"), ["--list"]).outputLines)
  func noInputIsTooBad(parser: String) throws {
    let result = try fuzz(parser, inputs: 10_000)
    #expect(result.succeeded, "\(result)")
    // Were all inputs refused for the same reason, the parser would be hardly tried. (The watchdog gives none; report and
    // settings one, in different words; configuration that, and what no range of one setting can say.)
    let accepted = result.standardOutput.firstMatch(of: /accepted: ([0-9]+)/).flatMap { Int($0.1) }
    #expect(try #require(accepted) > 100, "\(result)")
    let kinds = ["datagram": 1, "report": 1, "settings": 1, "configuration": 2]
    let least = kinds[parser] ?? 3
    #expect(result.standardOutput.matches(of: /refused as/).count >= least, "\(result)")
  }

  @Test func thereAreParsers() throws {
    let names = try run(builtExecutable("fuzz"), ["--list"]).outputLines
    #expect(names.contains("safetensors") && Set(names).count == names.count)
  }

  @Test(arguments: [("broken-trap", "signal "), ("broken-wait", "signal 14")])
  func faultsAreFoundAndTheirInputNamed(parser: String, message: String) throws {
    try expectFound(parser, message)
  }

  @Test(.enabled(if: allocationCounterIsAvailable(), "a sanitizer's malloc does not count"))
  func greedIsFoundAndItsInputNamed() throws { try expectFound("broken-memory", "bytes of memory") }

  private func expectFound(_ parser: String, _ message: String) throws {
    let first = try fuzz(parser, inputs: 10_000, more: ["--limit", "1"])
    #expect(!first.succeeded && first.standardError.contains(message), "\(first)")
    let number = try #require(culprit(first), "\(first)")
    let again = try fuzz(parser, inputs: 1, more: ["--limit", "1", "--first", "\(number)"])
    #expect(!again.succeeded && culprit(again) == number, "\(again)")
    let before = try fuzz(parser, inputs: max(number, 1), more: ["--limit", "1"])
    #expect(before.succeeded == (number > 0), "\(before)")
  }
}
