import Foundation
import Reports
import Text
import Testing

/// The report, to the byte what scikit-learn prints (written by `Tests/Golden/classification_report.py`).
struct ClassificationReportTests {
  struct Golden: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      let name: String
      let truth: [Int32]
      let predictions: [Int32]
      let class_names: [String]
      let report: String
      let confusion: [[Int]]
      var testDescription: String { name }
    }
    let cases: [Case]

    static func load() throws -> Golden {
      let folder = URL(filePath: #filePath).deletingLastPathComponent()
      let file = folder.appending(path: "Golden/classification_report.json")
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }
  }

  @Test(arguments: try Golden.load().cases)
  func reportIsThatOfScikitLearn(golden: Golden.Case) throws {
    let report = try ClassificationReport(
      truth: golden.truth, predictions: golden.predictions, classNames: golden.class_names)
    // Without one right prediction scikit-learn's counts turn into floating-point numbers.
    var expected = golden.report
    if report.accuracy == 0 { expected.replace(/\ \ (\d)\.0\n/) { "    \($0.1)\n" } }
    #expect(report.description == expected)
    #expect(report.confusion == golden.confusion)
  }

  @Test func scoresByHand() throws {
    // Class 0: two of three found, one false alarm. Class 1: one of two. Class 2: absent, predicted once.
    let report = try ClassificationReport(
      truth: [0, 0, 0, 1, 1], predictions: [0, 0, 2, 0, 1], classNames: ["a", "b", "c"])
    #expect(report.accuracy == 0.6)
    let classes = report.classes
    let third = 1.0 / 3
    #expect(classes.map(\.precision) == [2 * third, 1, 0])
    #expect(classes.map(\.recall) == [2 * third, 0.5, 0])
    #expect(classes.map(\.f1) == [2 * third, 2 * third, 0])
    #expect(classes.map(\.support) == [3, 2, 0])
    let (macro, weighted) = (report.macroAverage.recall, report.weightedAverage.recall)
    #expect(abs(macro - 7.0 / 18) < 1e-15)
    #expect(abs(weighted - 0.6) < 1e-15)
  }

  @Test func noImages() throws {
    let report = try ClassificationReport(truth: [], predictions: [], classNames: ["a", "b"])
    #expect(report.accuracy == 0)
    #expect(report.description.contains("    accuracy                         0.0000         0\n"))
  }

  @Test func confusion() throws {
    let report = try ClassificationReport(
      truth: [0, 0, 0, 1, 1], predictions: [0, 0, 1, 0, 0], classNames: ["cat", "dog"])
    #expect(report.confusion == [[2, 1], [2, 0]])
  }

  @Test func badInput() {
    #expect(throws: ReportingError.predictionCount(found: 1, expected: 2)) {
      try ClassificationReport(truth: [0, 1], predictions: [0], classNames: ["a", "b"])
    }
    #expect(throws: ReportingError.classOutOfRange(what: "label", index: 1, found: 2, classes: 2)) {
      try ClassificationReport(truth: [0, 2], predictions: [0, 0], classNames: ["a", "b"])
    }
    #expect(throws: ReportingError.classOutOfRange(what: "prediction", index: 0, found: -1, classes: 2)) {
      try ClassificationReport(truth: [0, 1], predictions: [-1, 0], classNames: ["a", "b"])
    }
  }
}
