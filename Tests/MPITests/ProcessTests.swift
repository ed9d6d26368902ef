import Foundation
import TestSupport
import Testing

/// What all tests of whole programs rely on.
@Suite struct ProcessTests {
  @Test func outputStatusAndSignalsAreSeen() throws {
    let result = try run("sh", ["-c", "echo $WORD; echo no >&2; exit 3"], environment: ["WORD": "yes"])
    #expect(result.outputLines == ["yes"])
    #expect(result.standardError == "no\n")
    #expect(result.ending == .exited(3))
    #expect(try run("sh", ["-c", "kill -9 $$"]).status == 137)
  }

  @Test func muchOutputBlocksNobody() throws {
    let result = try run("sh", ["-c", "head -c 3000000 /dev/zero | tr '\\0' x; head -c 3000000 /dev/zero >&2"])
    #expect(result.standardOutput.utf8.count == 3_000_000)
    #expect(result.standardError.utf8.count == 3_000_000)
  }

  @Test func aTimeLimitHoldsForGrandchildrenToo() throws {
    let result = try run("sh", ["-c", "sleep 60; true"], timeout: 0.2)
    #expect(result.ending == .timedOut)
    #expect(result.seconds < 10 * patience)
  }

  @Test func aDirectoryAndARemovedVariableAreSet() throws {
    let folder = try TemporaryDirectory()
    let result = try run("sh", ["-c", "pwd; echo [$HOME]"], environment: ["HOME": nil], directory: folder.url)
    #expect(result.outputLines == [folder.url.resolvingSymlinksInPath().path, "[]"])
  }

  @Test func whatDoesNotExistIsSaid() {
    #expect(throws: LaunchFailure.self) { try run("no-such-program-anywhere") }
    #expect(throws: LaunchFailure.self) { try builtExecutable("no-such-program-anywhere") }
  }
}
