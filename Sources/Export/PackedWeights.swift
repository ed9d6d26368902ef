import Formats
import Inference

/// The survivors of one layer as a packed file keeps them.
struct PackedWeights {
  /// For each tap, the places of the survivors that are not rounded to zero.
  private(set) var positions: [[Int32]] = []
  /// For each survivor, tap by tap, its bits: a number of 32 or 16 bits, or an integer of 8.
  private(set) var codes: [UInt32] = []
  /// int8: for each output channel, what its integers are multiplied by.
  private(set) var scales: [Float] = []
  /// What the codes stand for.
  private(set) var survivors: SurvivingWeights

  /// Rounds a layer's weights.
  init(_ layer: FoldedLayer, _ values: PackedModel.Values) throws(PackedModelError.Problem) {
    guard layer.bias.values.allSatisfy(\.isFinite), layer.weights.values.joined().allSatisfy(\.isFinite) else {
      throw .notFinite(layer: layer.name)
    }
    let inputs = max(layer.shape.inputChannels, 1)
    if values == .int8 {
      scales = [Float](repeating: 0, count: layer.shape.outputChannels)
      for (places, weights) in zip(layer.weights.positions, layer.weights.values) {
        for (place, weight) in zip(places, weights) {
          scales[Int(place) / inputs] = max(scales[Int(place) / inputs], weight.magnitude)
        }
      }
      scales = scales.map { Self.scale(largest: $0) }
    }
    survivors = SurvivingWeights(positions: [], values: [])
    var rounded: [[Float]] = []
    for (places, weights) in zip(layer.weights.positions, layer.weights.values) {
      var keptPlaces: [Int32] = []
      var keptWeights: [Float] = []
      for (place, weight) in zip(places, weights) {
        let scale = values == .int8 ? scales[Int(place) / inputs] : 1
        let code = Self.code(weight, values, scale: scale)
        let value = Self.value(code, values, scale: scale)
        guard value.isFinite else { throw .outOfRange(layer: layer.name, value: weight, values: values) }
        guard value != 0 else { continue }
        keptPlaces.append(place)
        keptWeights.append(value)
        codes.append(code)
      }
      positions.append(keptPlaces)
      rounded.append(keptWeights)
    }
    survivors = SurvivingWeights(positions: positions, values: rounded)
  }

  /// What integers are multiplied by, so that 127 stands for the largest magnitude of a channel: of 16 significant bits, rounded
  /// up. Every product is exact then, and packing what was unpacked gives the same file.
  private static func scale(largest: Float) -> Float {
    let bits = (largest / 127).bitPattern
    return Float(bitPattern: (bits + 0xFF) & ~0xFF)
  }

  private static func code(_ weight: Float, _ values: PackedModel.Values, scale: Float) -> UInt32 {
    switch values {
    case .fp32: weight.bitPattern
    case .fp16: UInt32(Float16(weight).bitPattern)
    // A scale may be so small that its reciprocal overflows.
    case .int8:
      scale == 0 ? 0 : UInt32(UInt8(bitPattern: Int8(max(-127, min(127, (weight / scale).rounded())))))
    }
  }

  /// The weight that a code stands for.
  static func value(_ code: UInt32, _ values: PackedModel.Values, scale: Float) -> Float {
    switch values {
    case .fp32: Float(bitPattern: code)
    case .fp16: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: code)))
    case .int8: Float(Int8(bitPattern: UInt8(truncatingIfNeeded: code))) * scale
    }
  }
}

extension PackedModel.Values {
  /// The bits of a code's exponent and, below it, of its fraction; above it stands one for the sign. Integers have no exponent,
  /// and eight bits in all.
  var exponentBits: Int {
    switch self {
    case .fp32: 8
    case .fp16: 5
    case .int8: 0
    }
  }

  var fractionBits: Int {
    switch self {
    case .fp32: 23
    case .fp16: 10
    case .int8: 7
    }
  }

  func exponent(_ code: UInt32) -> Int { Int(code >> UInt32(fractionBits) & (1 << UInt32(exponentBits) - 1)) }

  /// Sign and fraction, the sign on top.
  func significand(_ code: UInt32) -> UInt32 {
    let fraction = code & (1 << UInt32(fractionBits) - 1)
    return (code >> UInt32(fractionBits + exponentBits)) << UInt32(fractionBits) | fraction
  }

  func code(exponent: Int, significand: UInt32) -> UInt32 {
    let fraction = significand & (1 << UInt32(fractionBits) - 1)
    let sign = significand >> UInt32(fractionBits)
    return sign << UInt32(fractionBits + exponentBits) | UInt32(exponent) << UInt32(fractionBits) | fraction
  }
}

/// An integer as a natural number: 0, 1, -1, 2, -2 … become 0, 1, 2, 3, 4 …
enum ZigZag {
  static func natural(_ value: Int) -> UInt32 { UInt32(value > 0 ? 2 * value - 1 : -2 * value) }
  static func integer(_ value: UInt32) -> Int { value & 1 == 1 ? Int(value + 1) / 2 : -Int(value) / 2 }
}
