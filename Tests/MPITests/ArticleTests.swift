import Foundation
import TestSupport
import Testing

/// The example in the module's article is the code of `mpi-conformance example`, and prints what the page says.
@Suite struct ArticleTests {
  @Test func theExampleIsTrue() throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let package = tests.deletingLastPathComponent()
    let article = try String(contentsOf: package.appendingPathComponent("Sources/MPI/MPI.docc/MPI.md"), encoding: .utf8)
    let source = try String(
      contentsOf: tests.appendingPathComponent("MPIConformance/Example.swift"), encoding: .utf8)
    #expect(article.contains("```swift\n\(source)```"))

    for result in [
      try mpirun(ranks: 4, program: "mpi-conformance", arguments: ["example"]),
      try run(builtExecutable("mpi-conformance"), ["example"]),
    ] {
      #expect(result.succeeded, "\(result)")
      let shown = result.outputLines.map { "    \($0)\n" }.joined()
      #expect(result.outputLines.count == 2)
      #expect(article.contains(shown), "\(result)")
    }
  }
}
