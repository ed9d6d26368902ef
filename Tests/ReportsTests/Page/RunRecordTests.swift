import Foundation
import Reports
import Runs
import Testing

struct RunRecordTests {
  static let session = RunRecord.Session(
    began: Date(timeIntervalSince1970: 1_700_000_000), command: "mpirun -n 2 dptrain --prune 0.9", ranks: 2,
    hosts: ["one", "two"], processor: "A CPU", firstStep: 0)

  static let data = RunRecord.DataFacts(description: "ten images", isSynthetic: true, classNames: ["cat", "dog"])

  @Test func recordsComeBack() throws {
    var record = RunRecord(version: "1.2", data: Self.data, session: Self.session)
    record.state = .stopped
    record.seconds = 1.5
    record.densePredictions = Data([0, 1, 1])
    record.speed = InferenceSpeed(batch: 64, dense: 100, pruned: 250)
    record.packedBytes = 850_000
    #expect(try RunRecord(json: record.json()) == record)
    let text = String(decoding: try record.json(), as: UTF8.self)
    #expect(text.contains("\"format\":\"dptrain-report-1\"") && text.contains("\"class_names\":[\"cat\",\"dog\"]"))
  }

  /// Files of versions that did not know all of the fields.
  @Test func earlierRecordsAreRead() throws {
    let record = RunRecord(version: "1.2", data: Self.data, session: Self.session)
    let text = String(decoding: try record.json(), as: UTF8.self)
    #expect(!text.contains("packed_bytes"))
    #expect(try RunRecord(json: text.utf8).packedBytes == nil)
  }

  @Test func otherFormatsAreRefused() throws {
    let record = RunRecord(version: "1.2", data: Self.data, session: Self.session)
    let text = String(decoding: try record.json(), as: UTF8.self)
    #expect(throws: DecodingError.self) {
      try RunRecord(json: text.replacing("dptrain-report-1", with: "dptrain-report-9").utf8)
    }
    for count in stride(from: 0, to: text.utf8.count - 2, by: 7) {
      #expect(throws: DecodingError.self, "\(count) bytes") { try RunRecord(json: text.utf8.prefix(count)) }
    }
  }

  /// What cannot be counted with or shown is refused, and says what it is.
  @Test(arguments: [
    ("\"seconds\":1.5", "\"seconds\":\"inf\"", "time"), ("\"dense\":100", "\"dense\":0", "speed"),
    ("\"ranks\":2", "\"ranks\":-1", "ranks"), ("\"first_step\":0", "\"first_step\":9000000000000000000", "first_step"),
    ("[\"cat\",\"dog\"]", "[\"cat\"]", "confusion matrix"), ("\"survivors\":3", "\"survivors\":5", "conv.weight"),
    ("\"truth\":1", "\"truth\":2", "class"),
  ])
  func impossibleFiguresAreRefused(from: String, to: String, word: String) throws {
    var record = RunRecord(version: "1.2", data: Self.data, session: Self.session)
    record.seconds = 1.5
    record.speed = InferenceSpeed(batch: 64, dense: 100, pruned: 250)
    let text = String(decoding: try record.json(), as: UTF8.self)
    let layer = """
      {"name":"conv.weight","shape":[4],"is_convolution":true,"weights":4,"dead_weights":1,"survivors":3,\
      "dead_survivors":0,"multiply_adds":9,"survivor_multiply_adds":9,"histogram":\
      \(String(decoding: try Self.encoded(MagnitudeCounts()), as: UTF8.self))}
      """
    let stage = """
      {"name":"a","kind":"dense","round":0,"step":1,"seconds":1,"loss":"nan","accuracy":0.5,"sparsity":0,\
      "confusion":[[1,0],[0,1]],"layers":[\(layer)]}
      """
    let whole = text.replacing("\"stages\":[]", with: "\"stages\":[\(stage)]").replacing(
      "\"speed\":",
      with:
        "\"changes\":{\"lost\":1,\"won\":0,\"images\":[{\"index\":0,\"truth\":1,\"prediction\":0,\"png\":\"\"}]},\"speed\":"
    )
    #expect(try RunRecord(json: whole.utf8).stages.count == 1)
    let changed = whole.replacing(from, with: to)
    #expect(changed != whole)
    let error = #expect(throws: (any Error).self) { try RunRecord(json: changed.utf8) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(word))
  }

  private static func encoded(_ counts: MagnitudeCounts) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return try encoder.encode(counts)
  }
}
