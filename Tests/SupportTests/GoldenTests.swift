import TestSupport
import Testing

@Suite struct GoldenTests {
  @Test("The formula gives Python's numbers, bit for bit")
  func formulaMatchesPython() throws {
    let golden = try Golden("layers")
    let uniform = Formula.uniform("formula/uniform", count: 200, scale: 3.7, offset: 0.1)
    #expect(try golden.values("formula/uniform") == uniform)
    let integers = Formula.integers("formula/integers", count: 200, bound: 10)
    #expect(try golden.values("formula/integers") == integers.map(Float.init))
    for (name, shape) in [
      ("layer1.0.conv1.weight", [2, 3, 3, 3]), ("bn1.weight", [20]), ("bn1.bias", [20]), ("bn1.running_mean", [20]),
      ("bn1.running_var", [20]), ("fc.weight", [2, 10]), ("fc.bias", [20]),
    ] {
      #expect(try golden.values("formula/parameter/\(name)") == Formula.parameter(name, shape: shape), "\(name)")
    }
    #expect(try golden.values("formula/images/0") == Formula.images(step: 0, count: 1, size: 8))
    #expect(try golden.values("formula/labels/1") == Formula.labels(step: 1, count: 64).map(Float.init))
  }

  @Test("A sampled tensor agrees with itself and with nothing else")
  func sampledTensor() throws {
    let golden = try Golden("layers")
    let count = 1000
    var values = Formula.uniform("formula/sampled", count: count, scale: 1)
    #expect(try golden.difference("formula/sampled", values) == nil)

    values[0] += 0.01
    #expect(try golden.difference("formula/sampled", values)?.contains("element 0") == true)
    values[0] -= 0.01
    values[1] += 0.01
    #expect(try golden.difference("formula/sampled", values)?.contains("norm") == true, "no sample, yet in the norm")
    values[1] -= 0.01
    values.swapAt(0, 1)
    #expect(try golden.difference("formula/sampled", values) != nil)
    #expect(try golden.difference("formula/sampled", Array(values.dropLast(200)))?.contains("recorded") == true)
  }

  @Test("Transposing twice gives the tensor back")
  func transposition() {
    let values = (0..<24).map(Float.init)
    #expect(Array(values.transposed(rows: 4).prefix(5)) == [0, 6, 12, 18, 1])
    #expect(values.transposed(rows: 4).transposed(rows: 6) == values)
  }
}
