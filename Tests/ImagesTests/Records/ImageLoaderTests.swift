import Images
import Foundation
import Testing

@Suite struct ImageLoaderTests {
  let directory: RecordDirectory
  let training: ImageSet

  init() throws {
    directory = try RecordDirectory(count: 10)
    training = try CIFARDataset(directory: directory.path).training
  }

  /// A microbatch in `[3][32][32][lanes]`, with its labels.
  private func load(
    _ indices: [Int32], lanes: Int, augmentation: Augmentation? = nil, normalization: Normalization = .imageNet
  ) -> (pixels: [Float], labels: [Int32]) {
    var pixels = [Float](repeating: .nan, count: 3072 * lanes)
    var labels = [Int32](repeating: 77, count: lanes)
    ImageLoader(training, normalization: normalization)
      .fill(
        indices, augmentation: augmentation, into: &pixels, channelStride: 1024 * lanes, lanes: lanes, labels: &labels)
    return (pixels, labels)
  }

  private func lane(_ lane: Int, of lanes: Int, _ pixels: [Float]) -> [Float] {
    (0..<3072).map { pixels[$0 * lanes + lane] }
  }

  /// Crop, flip and normalisation as torchvision documents them, pixel by pixel.
  private func reference(_ image: Int, _ placement: Augmentation.Placement) -> [Float] {
    let pixels = training.pixels(image)
    let (mean, deviation) = ([0.485, 0.456, 0.406] as [Float], [0.229, 0.224, 0.225] as [Float])
    var result: [Float] = []
    for channel in 0..<3 {
      for y in 0..<32 {
        for x in 0..<32 {
          let (sourceX, sourceY) = ((placement.isFlipped ? 31 - x : x) + placement.shiftX, y + placement.shiftY)
          let isInside = (0..<32).contains(sourceX) && (0..<32).contains(sourceY)
          let byte = isInside ? pixels[channel * 1024 + sourceY * 32 + sourceX] : 0
          let isHidden = placement.hidden.rows.contains(y) && placement.hidden.columns.contains(x)
          result.append(isHidden ? 0 : (Float(byte) / 255 - mean[channel]) / deviation[channel])
        }
      }
    }
    return result
  }

  @Test("Pixels and crops equal torchvision's bit for bit (Tests/Golden/cifar_crops.py)")
  func golden() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/crops.bin")
    let values = try Data(contentsOf: path).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    try #require(values.count == 9 * 1024)
    let plain = load([0], lanes: 16)
    #expect(lane(0, of: 16, plain.pixels) == Array(values[..<3072]))

    let placements = [(0, 0, false), (8, 8, false), (4, 4, true), (1, 7, true), (8, 3, true), (3, 0, true)]
    for (number, (left, top, isFlipped)) in placements.enumerated() {
      let placement = Augmentation.Placement(shiftX: left - 4, shiftY: top - 4, isFlipped: isFlipped)
      let expected = Array(values[(3072 + number * 1024)..<(4096 + number * 1024)])
      #expect(Array(reference(0, placement)[1024..<2048]) == expected, "the reference of the other tests")
    }
  }

  @Test(
    "Every lane holds its image cropped, flipped and hidden in part as its placement says", arguments: [16, 48, 64],
    [0, 8])
  func augmented(lanes: Int, cutout: Int) {
    let indices = (0..<Int32(lanes)).map { ($0 * 7) % 50 }
    for epoch in 0..<4 {
      let augmentation = Augmentation(seed: 9, epoch: epoch, cutout: cutout)
      let batch = load(indices, lanes: lanes, augmentation: augmentation)
      for (number, index) in indices.enumerated() {
        let placement = augmentation.placement(image: Int(index))
        #expect(lane(number, of: lanes, batch.pixels) == reference(Int(index), placement))
        #expect(batch.labels[number] == Int32(training.label(Int(index))))
      }
    }
  }

  @Test("What an image becomes depends on seed, epoch and image, not on its batch or lane")
  func independence() {
    let augmentation = Augmentation(seed: 1, epoch: 5)
    let alone = load([17], lanes: 16, augmentation: augmentation)
    let among = load((0..<48).map { Int32($0) }, lanes: 64, augmentation: augmentation)
    #expect(lane(0, of: 16, alone.pixels) == lane(17, of: 64, among.pixels))
  }

  @Test("Lanes without an image hold zeros and the label -1")
  func incomplete() {
    for indices in [[], [3], Array(0..<15)] as [[Int32]] {
      let batch = load(indices, lanes: 16, augmentation: Augmentation(seed: 1, epoch: 1))
      #expect(batch.labels.dropFirst(indices.count).allSatisfy { $0 == -1 })
      for empty in indices.count..<16 {
        #expect(lane(empty, of: 16, batch.pixels).allSatisfy { $0 == 0 })
      }
      #expect(batch.pixels.allSatisfy { !$0.isNaN })
    }
  }

  @Test("Another normalisation")
  func normalization() {
    let plain = Normalization(mean: .zero, standardDeviation: .one)
    let batch = load([4], lanes: 16, normalization: plain)
    #expect(lane(0, of: 16, batch.pixels) == training.pixels(4).map { Float($0) / 255 })
  }

  @Test("All 81 shifts and both orientations occur equally often, and change with each part of the key")
  func draws() {
    var counts: [String: Int] = [:]
    for image in 0..<16_200 {
      let placement = Augmentation(seed: 2, epoch: 3).placement(image: image)
      #expect((-4...4).contains(placement.shiftX) && (-4...4).contains(placement.shiftY))
      counts["\(placement)", default: 0] += 1
    }
    #expect(counts.count == 162)
    let chiSquare = counts.values.reduce(0.0) { $0 + pow(Double($1) - 100, 2) / 100 }
    #expect(chiSquare < 222, "161 degrees of freedom: exceeded once in 1000 seeds")
    for other in [Augmentation(seed: 3, epoch: 3), Augmentation(seed: 2, epoch: 4)] {
      let moved = (0..<1000).filter {
        other.placement(image: $0) != Augmentation(seed: 2, epoch: 3).placement(image: $0)
      }
      #expect(moved.count > 980)
    }
  }

  @Test("With less padding shifts are shorter, and with none there are none", arguments: [0, 1, 2, 32])
  func padding(_ padding: Int) {
    let placements = (0..<20_000).map { Augmentation(seed: 2, epoch: 3, padding: padding).placement(image: $0) }
    #expect(placements.map(\.shiftX).min() == -padding && placements.map(\.shiftX).max() == padding)
    #expect(placements.map(\.shiftY).min() == -padding && placements.map(\.shiftY).max() == padding)
    #expect((9_500..<10_500).contains(placements.count { $0.isFlipped }))
  }

  @Test("Alternating flips show either side of each image in two epochs, half of them mirrored in each")
  func alternatingFlips() {
    func flipped(epoch: Int) -> [Bool] {
      (0..<20_000).map { Augmentation(seed: 2, epoch: epoch, flips: .alternating).placement(image: $0).isFlipped }
    }
    let first = flipped(epoch: 0)
    #expect((9_700..<10_300).contains(first.count { $0 }))
    #expect(flipped(epoch: 1) == first.map { !$0 } && flipped(epoch: 2) == first)
    for image in 0..<100 {
      let (random, alternating) = (
        Augmentation(seed: 2, epoch: 3).placement(image: image),
        Augmentation(seed: 2, epoch: 3, flips: .alternating).placement(image: image)
      )
      #expect(random.shiftX == alternating.shiftX && random.shiftY == alternating.shiftY)
    }
  }

  @Test(
    "The hidden square has its size wherever it lies inside, is cut off at the border, and is anywhere alike",
    arguments: [1, 8, 16, 31])
  func hiddenSquare(edge: Int) {
    let count = 20_000
    var hidden = [Int](repeating: 0, count: 32)
    for image in 0..<count {
      let placement = Augmentation(seed: 4, epoch: 1, cutout: edge).placement(image: image)
      let (rows, columns) = (placement.hidden.rows, placement.hidden.columns)
      for side in [rows, columns] {
        #expect(side.lowerBound >= 0 && side.upperBound <= 32 && (1...edge).contains(side.count))
        #expect(side.count == edge || side.lowerBound == 0 || side.upperBound == 32)
      }
      for row in rows { hidden[row] += 1 }
      let without = Augmentation(seed: 4, epoch: 1).placement(image: image)
      #expect(without.shiftX == placement.shiftX && without.shiftY == placement.shiftY)
      #expect(without.isFlipped == placement.isFlipped && without.hidden == .none)
    }
    // A row is hidden by every centre within half an edge of it.
    for row in 0..<32 {
      let centers = (0..<32).count { (($0 - edge / 2)..<($0 - edge / 2 + edge)).contains(row) }
      let expected = Double(count * centers) / 32
      #expect(abs(Double(hidden[row]) - expected) < 6 * expected.squareRoot(), "row \(row)")
    }
  }

  @Test("One after the other, images have the pixels that they have in lanes")
  func oneByOne() {
    var pixels = [Float](repeating: .nan, count: 3 * 3072)
    ImageLoader(training).fillOneByOne([4, 0, 9], into: &pixels)
    let together = load([4, 0, 9], lanes: 16).pixels
    for image in 0..<3 { #expect(Array(pixels[image * 3072..<(image + 1) * 3072]) == lane(image, of: 16, together)) }
  }
}
