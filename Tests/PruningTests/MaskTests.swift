import Pruning
import Testing

struct MaskTests {
  /// Lengths around the boundaries of words.
  static let lengths = [0, 1, 15, 16, 63, 64, 65, 127, 128, 129, 1000]

  static func random(_ count: Int, survivors: Double, seed: UInt64) -> Mask {
    var generator = SplitMix(state: seed)
    var mask = Mask(allSurviving: count)
    for index in 0..<count { mask[index] = Double.random(in: 0..<1, using: &generator) < survivors }
    return mask
  }

  @Test(arguments: lengths)
  func aNewMaskKeepsEverythingAndNothingBeyondItsEnd(count: Int) {
    let mask = Mask(allSurviving: count)
    #expect(mask.survivorCount == count)
    #expect(mask.words.count == (count + 63) / 64)
    #expect(mask.words.reduce(0) { $0 + $1.nonzeroBitCount } == count)
  }

  @Test(arguments: lengths)
  func bitsAreSetAndCountedInEveryRange(count: Int) {
    let mask = Self.random(count, survivors: 0.5, seed: UInt64(count))
    for lower in stride(from: 0, through: count, by: 13) {
      for upper in stride(from: lower, through: count, by: 17) {
        #expect(mask.survivors(in: lower..<upper) == (lower..<upper).count { mask[$0] })
      }
    }
  }

  @Test func aBitThatIsSetBackMakesAnEqualMask() {
    var mask = Mask(allSurviving: 100)
    mask[70] = false
    #expect(mask != Mask(allSurviving: 100))
    #expect(mask.survivorCount == 99)
    mask[70] = true
    #expect(mask == Mask(allSurviving: 100))
  }

  @Test(arguments: [0.0, 0.02, 0.5, 0.98, 1.0])
  func applyingClearsThePrunedAndNothingElse(survivors: Double) {
    for count in Self.lengths {
      let mask = Self.random(count, survivors: survivors, seed: 3)
      // Values whose bits a multiplication by 0 or 1 would not leave: NaN, infinity, -0, subnormals.
      let special: [Float] = [.nan, -.infinity, -0.0, .leastNonzeroMagnitude, -1.5, Float(bitPattern: 0x7FA0_0001)]
      let arena = (0..<count).map { special[$0 % special.count] }
      var masked = arena
      mask.apply(to: &masked)
      for index in 0..<count {
        #expect(masked[index].bitPattern == (mask[index] ? arena[index].bitPattern : 0))
      }
    }
  }

  @Test func applyingToSlicesIsApplyingToTheWhole() {
    let mask = Self.random(1000, survivors: 0.4, seed: 5)
    let arena = [Float](repeating: -2, count: 1000)
    var whole = arena
    mask.apply(to: &whole)
    for (lower, upper) in [(0, 64), (1, 65), (63, 1000), (64, 999), (130, 131), (500, 500), (937, 1000)] {
      var slice = [Float](arena[lower..<upper])
      slice.withUnsafeMutableBufferPointer { mask.apply(to: $0, from: lower) }
      #expect(slice == [Float](whole[lower..<upper]))
    }
  }

  @Test func bytesThatTravelMakeTheSameMask() {
    let sent = Self.random(1000, survivors: 0.1, seed: 9)
    var received = Mask(allSurviving: 1000)
    let bytes = sent.withUnsafeBytes { [UInt8]($0) }
    #expect(bytes.count == 128)
    received.withUnsafeMutableBytes { $0.copyBytes(from: bytes) }
    #expect(received == sent)
  }

  @Test func bytesPassTheErrorOfTheirBody() {
    struct Lost: Error {}
    var mask = Mask(allSurviving: 10)
    #expect(throws: Lost.self) { try mask.withUnsafeMutableBytes { _ throws(Lost) in throw Lost() } }
  }

  @Test func zerosMakeAMask() throws {
    var network = Network([
      (name: "conv.weight", shape: [5, 4, 3, 3]), (name: "bn.bias", shape: [7]), (name: "fc.weight", shape: [3, 5]),
    ])
    let convolution = try network.parameter("conv.weight")
    let zeros = [0, 7, 8, 100, 179]
    for index in zeros { network.arena[network.indices(of: convolution)[index]] = index == 8 ? -0.0 : 0 }
    for index in try network.parameter("bn.bias").blocks.joined() { network.arena[index] = 0 }
    let linear = network.indices(of: try network.parameter("fc.weight"))
    network.arena[linear[14]] = 0

    let mask = try network.arena.withUnsafeBufferPointer { try Mask(survivorsOf: $0, layout: network.layout) }
    #expect(network.indices(of: convolution).enumerated().filter { !mask[$1] }.map(\.offset) == zeros)
    #expect(!mask[linear[14]])
    #expect(mask.survivorCount == network.layout.count - 6)

    #expect(throws: PruningError.lengthMismatch(what: "weights", found: 3, expected: network.layout.count)) {
      try [Float](repeating: 0, count: 3).withUnsafeBufferPointer {
        try Mask(survivorsOf: $0, layout: network.layout)
      }
    }
  }
}
