import Networks
import Pruning
import Reports
import Text
import Testing

struct SparsityReportTests {
  /// A convolution of two live and two dead taps, a normalization shift of zeros, a linear weight.
  static let layout = ParameterLayout(
    parameters: [
      Parameter(
        name: "conv1.weight", shape: [10, 50, 2, 2], role: .convolutionWeight,
        blocks: [1000..<1500, 0..<500, 1500..<2000, 500..<1000], isLive: [false, true, false, true]),
      Parameter(name: "bn1.bias", shape: [10], role: .normalizationShift, blocks: [2000..<2010], isLive: [true]),
      Parameter(name: "fc.weight", shape: [3, 10], role: .linearWeight, blocks: [2010..<2040], isLive: [true]),
    ], liveCount: 2040, count: 2040)

  static let table = """
    layer             shape      weights  pruned  left  sparsity
    ────────────────────────────────────────────────────────────
    conv1.weight      10×50×2×2    2,000   1,501   499   75.05 %
    fc.weight         3×10            30       0    30    0.00 %
    ────────────────────────────────────────────────────────────
    all convolutions               2,000   1,501   499   75.05 %
    linear                            30       0    30    0.00 %
    all parameters                 2,040   1,501   539   73.58 %

    """

  @Test func countedFromMasks() throws {
    var mask = Mask(allSurviving: 2040)
    for index in 499..<2000 { mask[index] = false }
    let report = try SparsityReport(layout: Self.layout, mask: mask)
    #expect(report.convolutions.sparsity == 1501.0 / 2000)
    #expect(report.description == "Sparsity, counted from masks\n\n" + Self.table)
  }

  @Test func countedFromZeros() throws {
    var weights = [Float](repeating: 0.5, count: 2040)
    for index in 499..<2010 { weights[index] = index % 2 == 0 ? 0 : -0.0 }
    let report = try weights.withUnsafeBufferPointer { try SparsityReport(layout: Self.layout, weights: $0) }
    // The shift of zeros is not pruned.
    #expect(report.everything.pruned == 1501)
    #expect(report.description.hasPrefix("Sparsity, counted from zeros\n\n"))
  }

  @Test func lengthsThatDiffer() {
    #expect(throws: ReportingError.lengthMismatch(what: "a mask", found: 1, expected: 2040)) {
      try SparsityReport(layout: Self.layout, mask: Mask(allSurviving: 1))
    }
    #expect(throws: ReportingError.lengthMismatch(what: "weights", found: 2, expected: 2040)) {
      try [Float](repeating: 0, count: 2).withUnsafeBufferPointer {
        try SparsityReport(layout: Self.layout, weights: $0)
      }
    }
  }
}
