import Testing

/// `dptrain doctor`: everything that it promises to find is in what it prints.
struct DoctorTests {
  @Test(arguments: [nil, 2])
  func itSaysWhatItFound(ranks: Int?) throws {
    let result = try dptrain(["doctor", "--data", "synthetic"], ranks: ranks)
    #expect(result.succeeded, "\(result)")
    for word in [
      "Open MPI", "CPU", "binding", "OpenBLAS", "1 thread", "GEMM rate", "tile rate", "built-in synthetic data",
      "\(ranks ?? 1) on 1 host",
    ] {
      #expect(result.standardOutput.contains(word), "\(word) in \(result)")
    }
    let places = result.outputLines.filter { $0.contains("GF/s by OpenBLAS") && $0.contains("rank ") }
    #expect(places.count == (ranks ?? 0), "one line a rank, where there are several: \(result)")
  }

  /// Data that cannot be read is a finding, not a failure.
  @Test func itReportsDataThatCannotBeRead() throws {
    let result = try dptrain(["doctor", "--data", "nowhere"], ranks: nil)
    #expect(result.succeeded && result.standardOutput.contains("not usable: "), "\(result)")
    #expect(result.standardOutput.contains("nowhere"))
  }
}
