import Foundation
import RandomNumbers
import TestSupport
import Testing

@Suite struct NormalTests {
  @Test("Box-Muller agrees with the C library's logarithm and cosine to the last bits of Float")
  func againstLibrary() {
    var stream = RandomStream(seed: 11, purpose: .initialization, index: 3)
    var words = stream
    for _ in 0..<50_000 {
      let radius = sqrt(-2 * log((Double(words.nextWord()) + 1) / 4_294_967_296))
      let angle = 2 * Double.pi * Double(words.nextWord()) / 4_294_967_296
      for expected in [radius * cos(angle), radius * sin(angle)] {
        let drawn = stream.normal()
        #expect(abs(Double(drawn) - expected) <= 1e-12 + 6.1e-8 * abs(expected))
      }
    }
  }

  @Test("Moments and tails are the normal distribution's")
  func distribution() {
    let count = 1_000_000
    var stream = RandomStream(seed: 12, purpose: .initialization)
    var (sum, squares, cubes, fourths) = (0.0, 0.0, 0.0, 0.0)
    var beyondTwo = 0
    for _ in 0..<count {
      let x = Double(stream.normal())
      sum += x
      squares += x * x
      cubes += x * x * x
      fourths += x * x * x * x
      if abs(x) > 2 { beyondTwo += 1 }
    }
    let n = Double(count)
    #expect(abs(sum / n) < 0.004)
    #expect(abs(squares / n - 1) < 0.006)
    #expect(abs(cubes / n) < 0.016)
    #expect(abs(fourths / n - 3) < 0.04)
    #expect(abs(Double(beyondTwo) / n - 0.0455) < 0.0009)
  }

  @Test("The 11.2 million weights of a ResNet18 are drawn in less than a second")
  func speed() {
    var stream = RandomStream(seed: 13, purpose: .initialization)
    let seconds = threadSeconds {
      var weights = [Float](repeating: 0, count: 11_181_642)
      for index in weights.indices { weights[index] = stream.normal() }
      #expect(weights[11_181_641] != 0)
    }
    #expect(seconds < 2 * patience, "twice the budget, for a slow machine")
  }
}
