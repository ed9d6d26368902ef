import Reports
import Text
import Testing

@Suite struct PredictionTableTests {
  private let names = ["airplane", "cat", "dog"]

  @Test("Logits become probabilities; of equal ones the first class is in front")
  func softmax() {
    let row = PredictionTable.Row(source: "test", record: 4, truth: 1, logits: [1000, 1001, 1000])
    let e = 2.718281828459045
    for (probability, expected) in zip(row.probabilities, [1 / (2 + e), e / (2 + e), 1 / (2 + e)]) {
      #expect((probability - expected).magnitude < 1e-12)
    }
    #expect(row.ranking == [1, 0, 2])
  }

  @Test("A row an image, and how many are right")
  func table() {
    let table = PredictionTable(
      rows: [
        .init(source: "test", record: 7, truth: 1, probabilities: [0.125, 0.75, 0.125]),
        .init(source: "test", record: 1234, truth: 2, probabilities: [0.9, 0.02, 0.08]),
      ], classNames: names, top: 2)
    #expect(
      table.description == """
        image  truth  1st               2nd
        ────────────────────────────────────────────────
            7  cat    cat       75.0 %  airplane  12.5 %
         1234  dog    airplane  90.0 %  dog        8.0 %

        1 of 2 right, 2 among the first 2
        """)
  }

  @Test("Pictures are called by their files and have no truth")
  func pictures() {
    let table = PredictionTable(
      rows: [
        .init(source: "a/cat.png", record: nil, truth: nil, probabilities: [0.125, 0.75, 0.125]),
        .init(source: "-", record: nil, truth: nil, probabilities: [1, 0, 0]),
      ], classNames: names, top: 1)
    #expect(
      table.description == """
        image      1st
        ────────────────────────────
        a/cat.png  cat        75.0 %
        -          airplane  100.0 %
        """)
  }

  @Test("Records of several files are told apart, and only those of known class are counted")
  func mixed() throws {
    let table = PredictionTable(
      rows: [
        .init(source: "one.bin", record: 3, truth: 1, probabilities: [0.25, 0.75, 0]),
        .init(source: "dog.png", record: nil, truth: nil, probabilities: [0, 0, 1]),
      ], classNames: names, top: 2)
    #expect(table.description.contains("\none.bin#3  cat    cat   75.0 %  airplane  25.0 %\n"))
    #expect(table.description.contains("\ndog.png           dog  "))
    #expect(table.description.hasSuffix("\n1 of 1 right, 1 among the first 2"))
    #expect(
      try table.jsonLines() == """
        {"classes":[{"class":"cat","index":1,"probability":0.75},{"class":"airplane","index":0,"probability":0.25}],\
        "record":3,"source":"one.bin","truth":"cat"}
        {"classes":[{"class":"dog","index":2,"probability":1},{"class":"airplane","index":0,"probability":0}],\
        "source":"dog.png"}
        """)
  }

  @Test("More classes than there are cannot be shown")
  func top() {
    let table = PredictionTable(
      rows: [.init(source: "test", record: 0, truth: 0, probabilities: [0.5, 0.3, 0.2])], classNames: names, top: 9)
    #expect(table.top == 3)
    #expect(table.description.hasSuffix("\n\n1 of 1 right"))
    #expect(table.description.contains("3rd") && !table.description.contains("4th"))
  }

  @Test("Places are counted as in English")
  func ordinals() {
    let classes = (0..<23).map { "class-\($0)" }
    let table = PredictionTable(
      rows: [.init(source: "test", record: 0, truth: 0, probabilities: [Double](repeating: 1 / 23, count: 23))],
      classNames: classes,
      top: 23)
    for place in ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd"] {
      #expect(table.description.contains(" \(place)"))
    }
  }
}
