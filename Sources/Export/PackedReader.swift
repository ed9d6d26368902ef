import Formats
import Inference
import Networks

/// Reads a packed model from memory, and believes nothing.
///
/// What memory it takes is in proportion to the length of the file: a survivor has nine bits at least.
package struct PackedReader {
  static let mostClasses = 1_000_000

  private let bytes: UnsafeRawBufferPointer
  private let path: String?
  /// The place of the next byte.
  private var offset = 0
  /// Where the contents end and the checksum begins.
  private var end = 0

  package init(_ bytes: UnsafeRawBufferPointer, path: String?) {
    self.bytes = bytes
    self.path = path
  }

  package mutating func model() throws(PackedModelError) -> PackedModel {
    try checkFrame()
    let valuesPlace = offset
    let valuesCode = try number()
    guard let values = PackedModel.Values.allCases.first(where: { $0.code == valuesCode }) else {
      throw error(at: valuesPlace, .values(valuesCode))
    }
    // The length is checked.
    offset += 8
    let classes = try number()
    guard (1...Self.mostClasses).contains(Int(classes)), Int(classes) <= 8 * bytes.count else {
      throw error(at: offset - 4, .classes(classes))
    }
    let size = try number()
    let (height, width) = (Int(size & 0xFFFF), Int(size >> 16))
    guard height == Architecture.imageSize, width == height else {
      throw error(at: offset - 4, .imageSize(height: height, width: width))
    }
    let name = String(decoding: try take(PackedLayout.nameSize).prefix { $0 != 0 }, as: UTF8.self)
    guard let architecture = Architecture(named: name),
      let whole = try? FoldedNetwork(emptyOf: architecture.graph(classes: Int(classes)))
    else { throw error(at: offset - PackedLayout.nameSize, .architecture(name)) }
    let metadata = try metadata()
    let kept = try channels(of: whole)
    let network = try whole.keeping(kept) { _, smaller throws(PackedModelError) in try layer(smaller, values) }
    guard offset == end else { throw error(at: offset, .trailingBytes(end - offset)) }
    return PackedModel(
      architecture: architecture, values: values, network: network, metadata: metadata, keptChannels: kept)
  }

  /// Proves that this is a whole file of this format, each bit as it was written.
  private mutating func checkFrame() throws(PackedModelError) {
    guard bytes.prefix(ModelFormat.packedMagic.count).elementsEqual(ModelFormat.packedMagic.prefix(bytes.count)) else {
      throw error(at: 0, .magic)
    }
    guard bytes.count >= PackedLayout.headSize + PackedLayout.checksumSize else {
      throw error(at: bytes.count, .tooShort(size: bytes.count))
    }
    end = bytes.count
    offset = ModelFormat.packedMagic.count
    let version = try number()
    guard version == PackedLayout.version else { throw error(at: ModelFormat.packedMagic.count, .version(version)) }
    let lengthPlace = offset + 4
    let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: lengthPlace, as: UInt64.self))
    guard length == UInt64(bytes.count) else {
      throw error(at: lengthPlace, .length(announced: length, found: bytes.count))
    }
    end -= PackedLayout.checksumSize
    let checksum = Hash128(UnsafeRawBufferPointer(rebasing: bytes[..<end])).bytes
    guard bytes[end...].elementsEqual(checksum) else { throw error(at: end, .checksum) }
  }

  private mutating func metadata() throws(PackedModelError) -> [String: String] {
    var metadata: [String: String] = [:]
    // Each entry moves on, so the loop ends where the contents do.
    for _ in 0..<(try number()) {
      let key = try text()
      metadata[key] = try text()
    }
    return metadata
  }

  private mutating func text() throws(PackedModelError) -> String {
    let length = Int(try number())
    let place = offset
    guard let text = String(validating: try take(length), as: UTF8.self) else { throw error(at: place, .notText) }
    return text
  }

  /// Which channels of each value are kept.
  private mutating func channels(of whole: FoldedNetwork) throws(PackedModelError) -> [[Bool]] {
    var kept = [[Bool](repeating: true, count: whole.image.channels)]
    for (index, value) in whole.values.enumerated().dropFirst() {
      let place = offset
      let bitmap = try take((value.channels + 7) / 8)
      kept.append((0..<value.channels).map { bitmap[$0 / 8] >> UInt8($0 % 8) & 1 == 1 })
      guard value.channels % 8 == 0 || (bitmap.last ?? 0) >> UInt8(value.channels % 8) == 0 else {
        throw error(at: place, .channels("value \(index)"))
      }
      if let node = whole.nodes.first(where: { $0.output == index }), node.layer == nil {
        guard kept[node.input] == kept[index] else { throw error(at: place, .pooling) }
      }
    }
    guard kept[kept.count - 1].allSatisfy({ $0 }) else { throw error(at: offset, .logits) }
    return kept
  }

  private mutating func layer(
    _ smaller: SmallerLayer, _ values: PackedModel.Values
  ) throws(PackedModelError) -> (weights: SurvivingWeights, bias: FoldedBias) {
    let shape = smaller.shape
    let kind = try take(1)[0]
    guard kind <= 1 else { throw error(at: offset - 1, .biasKind(kind)) }
    let pixels = kind == 0 ? 1 : shape.outputHeight * shape.outputWidth
    let bias = FoldedBias(values: try numbers(shape.outputChannels * pixels), pixels: pixels)
    let scales = values == .int8 ? try numbers(shape.outputChannels) : []
    let places = shape.outputChannels * shape.inputChannels
    var stream = PackedLayerBits(values: values, places: places, inputs: shape.inputChannels, scales: scales)
    for outputs in shape.outputsPerTap {
      let place = offset
      let count = try number()
      // A weight that only ever meets padding is none.
      let most = outputs == 0 ? 0 : places
      guard count <= most else { throw error(at: place, .survivors(count, most: most)) }
      stream.taps.append(.init(count: Int(count), parameter: try riceParameter()))
    }
    if values.exponentBits > 0 {
      stream.middleExponent = Int(try take(1)[0])
      stream.exponentParameter = try riceParameter()
    }
    let length = Int(try number())
    let place = offset
    let bits = try take(length)
    do throws(PackedModelError.Problem) {
      return (try stream.survivors(BitReader(bits)), bias)
    } catch {
      throw self.error(at: place, error)
    }
  }

  private mutating func riceParameter() throws(PackedModelError) -> Int {
    let parameter = try take(1)[0]
    guard parameter <= RiceCode.largestParameter else { throw error(at: offset - 1, .riceParameter(parameter)) }
    return Int(parameter)
  }

  private mutating func number() throws(PackedModelError) -> UInt32 {
    UInt32(littleEndian: try take(4).loadUnaligned(as: UInt32.self))
  }

  private mutating func numbers(_ count: Int) throws(PackedModelError) -> [Float] {
    let place = offset
    let raw = try take(4 * count)
    let numbers = (0..<count).map { index in
      Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
    }
    guard numbers.allSatisfy(\.isFinite) else { throw error(at: place, .infinite) }
    return numbers
  }

  private mutating func take(_ count: Int) throws(PackedModelError) -> UnsafeRawBufferPointer {
    guard count <= end - offset else { throw error(at: offset, .end) }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  private func error(at offset: Int, _ problem: PackedModelError.Problem) -> PackedModelError {
    PackedModelError(path: path, offset: offset, problem)
  }
}
