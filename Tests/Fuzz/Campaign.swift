import CAllocationCounter
import Foundation

/// What a parser did with many inputs.
struct Campaign {
  /// Seconds for an input, where most take microseconds.
  let secondsAllowed: UInt32
  private(set) var inputs = 0
  private(set) var accepted = 0
  /// How often each way of refusing was met.
  private(set) var refusals: [String: Int] = [:]
  /// The most bytes that one input made the parser take from malloc in all, given back or not.
  private(set) var mostBytes = 0
  private(set) var longest = Duration.zero

  init(secondsAllowed: UInt32) { self.secondsAllowed = secondsAllowed }

  /// Feeds `parser` the inputs `numbers` of `seed`. A trap, a signal or a wait beyond bounds ends the process and names the
  /// input.
  mutating func run<Parser: FuzzedParser>(_ parser: Parser, seed: UInt64, numbers: Range<Int>) throws {
    let clock = ContinuousClock()
    for number in numbers {
      let input = parser.input(seed: seed, number: number)
      Interruption.input = number
      alarm(secondsAllowed)
      let before = allocatedBytes()
      let start = clock.now
      do {
        try parser.read(input)
        accepted += 1
      } catch {
        // What the user would be told must not fail either.
        refusals[Self.kind(of: error, text: "\(error)"), default: 0] += 1
      }
      longest = max(longest, clock.now - start)
      let bytes = Int(allocatedBytes() - before)
      alarm(0)
      mostBytes = max(mostBytes, bytes)
      inputs += 1
      guard bytes <= Parser.bytesAllowed.fixed + Parser.bytesAllowed.each * input.count else {
        throw Unbounded(number: number, length: input.count, bytes: bytes)
      }
    }
  }

  /// The case of an error, or the last clause of its text where the case says no more.
  private static func kind(of error: any Error, text: String) -> String {
    let mirror = Mirror(reflecting: error)
    let subject = mirror.children.first { $0.label == "problem" }.map { Mirror(reflecting: $0.value) } ?? mirror
    guard subject.displayStyle == .enum else { return "\(type(of: error))" }
    return subject.children.first?.label ?? text.split(separator: ": ").last.map(String.init) ?? text
  }
}

/// An input that made the parser take more memory than its size accounts for.
struct Unbounded: Error, CustomStringConvertible {
  let number: Int
  let length: Int
  let bytes: Int

  var description: String { "input \(number), \(length) bytes long, made the parser take \(bytes) bytes of memory" }
}

extension Campaign: CustomStringConvertible {
  var description: String {
    let seconds = longest / .seconds(1)
    let memory = allocationCounterIsAvailable() ? "\(mostBytes) bytes" : "not counted in this build"
    let lines = refusals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "  refused as \($0): \($1)" }
    return
      (["  accepted: \(accepted)"] + lines + [
        "  most memory for an input: \(memory); longest: \(Int(seconds * 1e6)) µs"
      ]).joined(separator: "\n")
  }
}
