import Formats
import Inference

/// Writes a packed model to memory.
struct PackedWriter {
  private(set) var bytes: [UInt8] = []

  init(_ model: PackedModel) {
    let network = model.network
    bytes += ModelFormat.packedMagic
    write(PackedLayout.version)
    write(model.values.code)
    // The file's length, known at the end.
    let lengthPlace = bytes.count
    write(0)
    write(0)
    write(UInt32(network.classes))
    write(UInt32(network.image.height) | UInt32(network.image.width) << 16)
    let name = Array(model.architecture.name.utf8)
    bytes += name + [UInt8](repeating: 0, count: PackedLayout.nameSize - name.count)
    write(UInt32(model.metadata.count))
    for (key, value) in model.metadata.sorted(by: { $0.key < $1.key }) {
      for text in [key, value].map({ Array($0.utf8) }) {
        write(UInt32(text.count))
        bytes += text
      }
    }
    for kept in model.keptChannels.dropFirst() { write(kept) }
    for layer in network.layers { write(layer, model.values) }
    let length = UInt64(bytes.count + PackedLayout.checksumSize)
    for byte in 0..<8 { bytes[lengthPlace + byte] = UInt8(truncatingIfNeeded: length >> UInt64(8 * byte)) }
    bytes += bytes.withUnsafeBytes { Hash128($0).bytes }
  }

  private mutating func write(_ number: UInt32) {
    for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(8 * byte))) }
  }

  private mutating func write(_ numbers: [Float]) { for number in numbers { write(number.bitPattern) } }

  private mutating func write(_ flags: [Bool]) {
    var bits = BitWriter()
    for flag in flags { bits.write(flag ? 1 : 0, bits: 1) }
    bits.finish()
    bytes += bits.bytes
  }

  private mutating func write(_ layer: FoldedLayer, _ values: PackedModel.Values) {
    guard let weights = try? PackedWeights(layer, values) else {
      preconditionFailure("a packed model's weights are rounded already")
    }
    bytes.append(layer.bias.pixels == 1 ? 0 : 1)
    write(layer.bias.values)
    write(weights.scales)
    var bits = BitWriter()
    for positions in weights.positions {
      let gaps = zip(positions, [-1] + positions.dropLast()).map { UInt32($0 - $1 - 1) }
      let parameter = RiceCode.bestParameter(for: gaps)
      write(UInt32(positions.count))
      bytes.append(UInt8(parameter))
      for gap in gaps { bits.writeRice(gap, parameter: parameter) }
    }
    if values.exponentBits > 0 {
      let exponents = weights.codes.map { values.exponent($0) }
      let middle = exponents.sorted()[safe: exponents.count / 2] ?? 0
      let distances = exponents.map { ZigZag.natural($0 - middle) }
      let parameter = RiceCode.bestParameter(for: distances)
      bytes.append(UInt8(middle))
      bytes.append(UInt8(parameter))
      for distance in distances { bits.writeRice(distance, parameter: parameter) }
    }
    for code in weights.codes { bits.write(values.significand(code), bits: values.fractionBits + 1) }
    bits.finish()
    write(UInt32(bits.bytes.count))
    bytes += bits.bytes
  }
}

extension Array {
  /// The element at an index, or nil where there is none.
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
