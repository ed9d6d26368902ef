import Images
import TestSupport
import Testing

@Suite struct SyntheticTests {
  static let dataset = CIFARDataset.synthetic()

  @Test("It says what it is, in the counts that the quick recipe divides")
  func description() throws {
    let dataset = Self.dataset
    #expect(dataset.isSynthetic)
    #expect(
      dataset.description == "built-in synthetic data (not CIFAR-10): 5,120 training and 1,024 test images")
    #expect(dataset.classNames.count == 10)
    #expect(dataset.classNames.allSatisfy { $0.hasPrefix("synthetic-") })
    #expect(dataset.training.count % 512 == 0)
  }

  @Test("The classes are equally frequent")
  func classes() {
    for (set, frequency) in [(Self.dataset.training, 512...512), (Self.dataset.test, 102...103)] {
      var counts = [Int](repeating: 0, count: 10)
      for index in 0..<set.count { counts[set.label(index)] += 1 }
      #expect(counts.allSatisfy { frequency.contains($0) })
    }
  }

  @Test("Its images are the same on every machine")
  func fixed() {
    // FNV-1a over labels and pixels. A change here changes every result on the synthetic set.
    func hash(_ set: ImageSet) -> UInt64 {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for index in 0..<set.count {
        for byte in [UInt8(set.label(index))] + set.pixels(index) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      }
      return hash
    }
    #expect(hash(Self.dataset.training) == 0x4E34_7173_9155_35D4)
    #expect(hash(Self.dataset.test) == 0xA302_67F1_CCD6_8692)
  }

  @Test("No image occurs twice")
  func distinct() {
    var seen = Set<[UInt8]>()
    for set in [Self.dataset.training, Self.dataset.test] {
      for index in 0..<set.count { seen.insert(set.pixels(index)) }
    }
    #expect(seen.count == 6_144)
  }

  @Test("The mean images of the classes tell next to nothing: the nearest is wrong five times in six")
  func noLinearShortcut() {
    let (training, test) = (Self.dataset.training, Self.dataset.test)
    var means = [[Float]](repeating: [Float](repeating: 0, count: 3072), count: 10)
    for index in 0..<training.count {
      let (label, pixels) = (training.label(index), training.pixels(index))
      for position in 0..<3072 { means[label][position] += Float(pixels[position]) / 512 }
    }
    var correct = 0
    for index in 0..<test.count {
      let pixels = test.pixels(index)
      let distances = means.map { mean in
        zip(mean, pixels).reduce(Float(0)) { $0 + ($1.0 - Float($1.1)) * ($1.0 - Float($1.1)) }
      }
      if distances.firstIndex(of: distances.min() ?? 0) == test.label(index) { correct += 1 }
    }
    #expect(correct < 1_024 / 5)
  }

  @Test("It is made in a fraction of a second")
  func speed() {
    let seconds = threadSeconds { _ = CIFARDataset.synthetic() }
    #expect(seconds < 1.5 * patience)
  }
}
