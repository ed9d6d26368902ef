import Formats
import Inference
import Networks
import Testing

import Export

/// Files that are no packed models, or lie.
struct PackedErrorTests {
  static let good: [UInt8] = {
    let network = Network.random(.resnet8, sparsity: 0.95).folded
    return (try? PackedModel(network, .resnet8, values: .fp16).bytes) ?? []
  }()

  private func problem(_ bytes: [UInt8]) -> PackedModelError? {
    do {
      _ = try bytes.withUnsafeBytes { bytes in
        var reader = PackedReader(bytes, path: "model.packed")
        return try reader.model()
      }
      return nil
    } catch let error as PackedModelError {
      return error
    } catch {
      Issue.record(error)
      return nil
    }
  }

  /// The good file with some bytes changed and the length and checksum made right again.
  private func sealed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes = Array(Self.good.dropLast(16))
    change(&bytes)
    let length = UInt64(bytes.count + 16)
    for byte in 0..<8 where bytes.count >= 24 {
      bytes[16 + byte] = UInt8(truncatingIfNeeded: length >> UInt64(8 * byte))
    }
    return bytes + bytes.withUnsafeBytes { Hash128($0).bytes }
  }

  @Test func theGoodFileIsGood() {
    #expect(problem(Self.good) == nil && sealed { _ in } == Self.good)
  }

  @Test func everyTruncationIsRefused() {
    for length in 0..<Self.good.count {
      let found = problem(Array(Self.good.prefix(length)))?.problem
      if length < 64 {
        #expect(found == .tooShort(size: length))
      } else {
        #expect(found == .length(announced: UInt64(Self.good.count), found: length))
      }
    }
  }

  @Test func everyChangedBitIsNoticed() {
    for place in Self.good.indices {
      var bytes = Self.good
      bytes[place] ^= 1 << UInt8(place % 8)
      let found = problem(bytes)
      switch place {
      case ..<8: #expect(found?.problem == .magic)
      case ..<12: #expect(found?.offset == 8)
      case 16..<24: #expect(found?.offset == 16)
      default: #expect(found?.problem == .checksum)
      }
    }
  }

  @Test func appendedBytesAreNoticed() {
    #expect(
      problem(Self.good + [0])?.problem == .length(announced: UInt64(Self.good.count), found: Self.good.count + 1))
  }

  @Test func theMessageNamesFileByteAndRemedy() {
    #expect(
      problem(Array(Self.good.prefix(700)))?.description
        == "model.packed, byte 16: \(Self.good.count) bytes are announced, the file has 700: it is truncated, or something "
        + "was appended")
  }

  /// The checksum is right in all of these: somebody meant it.
  @Test func liesAreRefused() {
    typealias Problem = PackedModelError.Problem
    let lies: [(Problem, (inout [UInt8]) -> Void)] = [
      (.version(2), { $0[8] = 2 }),
      (.values(7), { $0[12] = 7 }),
      (.classes(0), { $0[24] = 0 }),
      (.classes(0xFFFF_FF0A), { $0.replaceSubrange(25..<28, with: [255, 255, 255]) }),
      (.imageSize(height: 33, width: 32), { $0[28] = 33 }),
      (.architecture("resnet9"), { $0[38] = UInt8(ascii: "9") }),
      // No metadata, then a bitmap for each value, the stem's kind of bias and its biases.
      (.end, { $0.replaceSubrange(48..<52, with: [255, 255, 255, 255]) }),
      (.end, { $0.removeLast() }),
      (.trailingBytes(3), { $0 += [0, 0, 0] }),
      (.biasKind(2), { $0[Self.stem] = 2 }),
      (.infinite, { $0.replaceSubrange(Self.stem + 1..<Self.stem + 5, with: [0, 0, 0x80, 0x7F]) }),
      (
        .survivors(0xFF00_0000, most: Self.stemPlaces),
        { $0.replaceSubrange(Self.taps..<Self.taps + 4, with: [0, 0, 0, 255]) }
      ),
      (.riceParameter(25), { $0[Self.taps + 4] = 25 }),
      (.end, { bytes in for byte in 0..<3 { bytes[Self.taps + 47 + byte] = 255 } }),
    ]
    for (expected, change) in lies {
      let found = problem(sealed(change))
      #expect(found?.problem == expected, "\(String(describing: found))")
    }
  }

  /// In the good file: a bitmap of each value, the stem's bias kind, its biases and then its nine taps of five bytes.
  static let kept = Network.random(.resnet8, sparsity: 0.95).folded
  static let stem: Int =
    52
    + Network(.resnet8).foldedWhole.values.dropFirst()
    .reduce(0) { $0 + ($1.channels + 7) / 8 }
  static let taps = stem + 1 + 4 * kept.layers[0].bias.values.count
  static let stemPlaces = kept.layers[0].shape.inputChannels * kept.layers[0].shape.outputChannels

  @Test func channelsThatAreNotThereAreRefused() {
    // The logits' bitmap is the last one: two bytes for ten classes.
    #expect(problem(sealed { $0[Self.stem - 1] |= 0x80 })?.problem == .channels("value 11"))
    #expect(problem(sealed { $0[Self.stem - 2] = 0xFE })?.problem == .logits)
    // What average pooling reads has 64 channels, and so has what it makes.
    #expect(problem(sealed { $0[Self.stem - 3] ^= 0x80 })?.problem == .pooling)
  }
}
