import Formats
import Inference

/// The bits of one layer in a packed file: the positions of all taps, then all exponents, then all significands.
struct PackedLayerBits {
  struct Tap {
    let count: Int
    /// Of the Rice code of its positions.
    let parameter: Int
  }

  typealias Problem = PackedModelError.Problem

  let values: PackedModel.Values
  /// A tap's places, O · I.
  let places: Int
  let inputs: Int
  let scales: [Float]
  var taps: [Tap] = []
  var middleExponent = 0
  var exponentParameter = 0

  private var count: Int { taps.reduce(0) { $0 + $1.count } }

  func survivors(_ stream: BitReader) throws(Problem) -> SurvivingWeights {
    var bits = stream
    // At least a bit for a position, one for an exponent, and the significand.
    let fewest = 1 + (values.exponentBits > 0 ? 1 : 0) + values.fractionBits + 1
    let most = bits.remaining / fewest
    guard count <= most else { throw .survivors(UInt32(clamping: count), most: most) }
    let positions = try positions(&bits)
    let exponents = values.exponentBits > 0 ? try exponents(&bits) : [Int](repeating: 0, count: count)
    var next = 0
    var weights: [[Float]] = []
    for tap in positions {
      var tapWeights: [Float] = []
      for place in tap {
        let significand = try read(&bits, count: values.fractionBits + 1)
        let code = values.code(exponent: exponents[next], significand: significand)
        let weight = PackedWeights.value(code, values, scale: scales.isEmpty ? 1 : scales[Int(place) / inputs])
        guard weight != 0 else { throw .zero }
        tapWeights.append(weight)
        next += 1
      }
      weights.append(tapWeights)
    }
    guard bits.remaining < 8, try read(&bits, count: bits.remaining) == 0 else { throw .trailingBits }
    return SurvivingWeights(positions: positions, values: weights)
  }

  /// A gap is what lies between a survivor's place and the one before it.
  private func positions(_ bits: inout BitReader) throws(Problem) -> [[Int32]] {
    var positions: [[Int32]] = []
    for tap in taps {
      var place = -1
      var tapPositions: [Int32] = []
      for _ in 0..<tap.count {
        // With no room left for a survivor the limit would be negative.
        guard place + 1 < places else { throw .position }
        let limit = UInt32(places - place - 2)
        place += 1 + Int(try rice(&bits, tap.parameter, limit: limit, beyond: .position))
        tapPositions.append(Int32(place))
      }
      positions.append(tapPositions)
    }
    return positions
  }

  private func exponents(_ bits: inout BitReader) throws(Problem) -> [Int] {
    // The largest exponent is that of infinities.
    let largest = 1 << values.exponentBits - 2
    var exponents: [Int] = []
    for _ in 0..<count {
      let distance = try rice(&bits, exponentParameter, limit: 512, beyond: .infinite)
      let exponent = middleExponent + ZigZag.integer(distance)
      guard (0...largest).contains(exponent) else { throw .infinite }
      exponents.append(exponent)
    }
    return exponents
  }

  private func rice(
    _ bits: inout BitReader, _ parameter: Int, limit: UInt32, beyond problem: Problem
  ) throws(Problem) -> UInt32 {
    do throws(BitReader.Failure) {
      return try bits.readRice(parameter: parameter, limit: limit)
    } catch {
      throw error == .end ? .end : problem
    }
  }

  private func read(_ bits: inout BitReader, count: Int) throws(Problem) -> UInt32 {
    do throws(BitReader.Failure) {
      return try bits.read(bits: count)
    } catch {
      throw .end
    }
  }
}
