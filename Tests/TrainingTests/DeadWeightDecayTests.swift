import Kernels
import TestSupport
import Testing
import Training

/// Two numbers for all dead weights against stepping each.
struct DeadWeightDecayTests {
  @Test(arguments: [false, true], [Float(0), 0.9])
  func decayIsThatOfSteppingEach(nesterov: Bool, momentum: Float) {
    let count = 37
    let start = Formula.uniform("dead", count: count, scale: 2)
    let stepped = AlignedBuffer(start)
    let velocity = AlignedBuffer(count: count)
    let decayed = AlignedBuffer(start)
    var decay = DeadWeightDecay()
    for number in 0..<300 {
      let step = GradientDescentStep(
        learningRate: 0.4 * Float(300 - number) / 300, momentum: momentum, isNesterov: nesterov, weightDecay: 5e-3)
      step(weights: stepped.pointer, gradient: nil, velocity: velocity.pointer, count: count)
      decay.advance(step)
      // At the end of each epoch the weights are looked at, and momentum must live on.
      if number % 70 == 69 { decay.apply(to: decayed.elements) }
    }
    decay.apply(to: decayed.elements)
    for index in 0..<count {
      let (found, expected) = (decayed.elements[index], stepped.elements[index])
      #expect(abs(found - expected) <= 2e-5 * abs(expected), "\(found), stepping gives \(expected)")
      #expect(abs(found) < abs(start[index]) * 0.9)
    }
  }

  @Test func withoutDecayNothingChanges() {
    var decay = DeadWeightDecay()
    for _ in 0..<5 {
      decay.advance(GradientDescentStep(learningRate: 0.1, momentum: 0.9, isNesterov: true, weightDecay: 0))
    }
    #expect(decay == DeadWeightDecay())
  }
}
