import Text
import Testing

struct FormattingTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (11_166_912, "11,166,912"), (-1234, "-1,234"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func grouped(number: Int, text: String) { #expect(number.grouped == text) }

  @Test(arguments: [
    (0, "0"), (950, "950"), (999, "999"), (1000, "1.0 k"), (9408, "9.4 k"), (999_949, "999.9 k"), (999_950, "1.0 M"),
    (21_700_000, "21.7 M"), (1_800_000_000, "1.8 G"), (-2500, "-2.5 k"),
  ])
  func abbreviated(number: Int, text: String) { #expect(number.abbreviated == text) }

  @Test(arguments: [(0, "0 B"), (512, "512 B"), (44_726_568, "44.7 MB"), (1_000_000_000_000, "1.0 TB")])
  func bytes(number: Int, text: String) { #expect(number.bytes == text) }

  @Test(arguments: [
    (0, 0, "0.00 %"), (0, 5, "0.00 %"), (5, 5, "100.00 %"), (2, 3, "66.67 %"), (1, 1_000_000, "< 0.01 %"),
    (999_999, 1_000_000, "> 99.99 %"), (10_943_574, 11_166_912, "98.00 %"),
  ])
  func percent(part: Int, whole: Int, text: String) { #expect(part.percent(of: whole) == text) }

  @Test(arguments: [
    (0.93125, "93.12 %", "93.12 %"), (1, "100.00 %", "100 %"), (0.9995, "99.95 %", "99.95 %"),
    (0.98, "98.00 %", "98 %"), (0.00001, "0.00 %", "0.001 %"),
  ])
  func percent(fraction: Double, fixed: String, brief: String) {
    #expect(fraction.percent() == fixed && fraction.briefPercent() == brief)
  }

  @Test func lists() {
    let names = ["a", "b", "c"]
    #expect(names.listed(most: 3) == "a, b, c" && names.listed(most: 2) == "a, b and 1 more")
    #expect((0...3).map { Array(names.prefix($0)).alternatives } == ["none", "a", "a or b", "a, b or c"])
  }

  @Test func counted() {
    #expect([0, 1, 2].map { $0.counted("rank") } == ["0 ranks", "1 rank", "2 ranks"])
    #expect([1, 12_345].map { $0.counted("is", "are") } == ["1 is", "12345 are"])
  }

  @Test(arguments: [
    (0, "0 ms"), (0.85, "850 ms"), (0.9996, "1.0 s"), (12.34, "12.3 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"),
    (125, "2 min 05 s"), (3599.4, "59 min 59 s"), (3599.6, "1 h 00 min"), (3725, "1 h 02 min"), (86399, "1 d 00 h"),
    (97200, "1 d 03 h"), (-5, "-5.0 s"),
  ])
  func durations(seconds: Double, text: String) { #expect(Duration.seconds(seconds).brief == text) }

  @Test(arguments: [
    (3.66, "3.7×"), (50, "50.0×"), (99.96, "100×"), (1250.4, "1,250×"), (.infinity, "inf×"),
  ])
  func factors(factor: Double, text: String) { #expect(factor.factor == text) }

  @Test(arguments: [(0.1, "0.1"), (0.00025, "0.00025"), (0.099_87, "0.0999"), (1e-6, "1e-06")])
  func significant(number: Double, text: String) { #expect(number.significant(3) == text) }
}
