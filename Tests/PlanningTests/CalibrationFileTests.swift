import Foundation
import Planning
import TestSupport
import Testing

/// A calibration that is kept in a file.
struct CalibrationFileTests {
  private let scratch: TemporaryDirectory
  private var path: String { scratch.url.appending(path: "calibration.json").path() }

  init() throws { scratch = try TemporaryDirectory() }

  private func read(_ text: String) throws -> Calibration {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return try Calibration(path: path)
  }

  @Test func itComesBack() throws {
    #expect(try read(Figures.calibration.json) == Figures.calibration)
  }

  @Test(arguments: [
    ("\"gradient\" : 0.04", "\"gradient\" : -1"), ("\"gradient\" : 0.04", "\"gradient\" : 0"),
    ("\"ranks\" : 2", "\"ranks\" : 0"), ("\"sparsity\" : 0.9", "\"sparsity\" : 9"),
    ("\"live\" : 900000", "\"live\" : 9000000"), ("\"microbatch\" : 64", "\"microbatch\" : \"64\""), ("{", ""),
  ])
  func whatFitsNoNetworkIsRefused(change: (String, String)) throws {
    let text = try Figures.calibration.json
    #expect(text.contains(change.0))
    let error = #expect(throws: PlanError.self) {
      try read(text.replacing(change.0, with: change.1, maxReplacements: 1))
    }
    #expect(try "\(#require(error))".hasPrefix("\(path) is no calibration: "))
  }

  @Test func aFileThatIsMissingIsNamed() {
    let error = #expect(throws: PlanError.self) { try Calibration(path: "/no/such/file") }
    #expect(error.map { "\($0)" }?.hasPrefix("/no/such/file is no calibration: ") == true)
  }
}
