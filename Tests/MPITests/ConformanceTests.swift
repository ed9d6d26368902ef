import TestSupport
import Testing

/// Runs the checks of `mpi-conformance`, which compare every call with values computed without MPI.
@Suite struct ConformanceTests {
  @Test(arguments: [1, 2, 4, 8])
  func everyCheckHolds(ranks: Int) throws {
    let result = try mpirun(ranks: ranks, program: "mpi-conformance")
    try expectSuccess(of: result, ranks: ranks)
  }

  @Test func everyCheckHoldsWithoutALauncher() throws {
    let result = try run(builtExecutable("mpi-conformance"))
    try expectSuccess(of: result, ranks: 1)
  }

  private func expectSuccess(of result: ProcessResult, ranks: Int) throws {
    #expect(result.succeeded, "\(result)")
    let passed = result.outputLines.filter { $0.hasPrefix("ok ") }
    #expect(passed.count > 30)
    #expect(result.outputLines.last == "\(passed.count) checks hold on \(ranks) ranks")
    #expect(result.standardError.isEmpty, "\(result)")
  }
}
