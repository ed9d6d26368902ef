import Networks
import Testing

@Suite struct InitializationTests {
  private func initialized(_ architecture: Architecture, seed: UInt64) -> Network {
    let network = Network(architecture)
    network.initialize(seed: seed)
    return network
  }

  /// Mean, standard deviation, and fourth moment over the squared variance (3 for a normal, 1.8 for a uniform distribution).
  private func moments(_ values: [Float]) -> (mean: Double, deviation: Double, kurtosis: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0) { $0 + Double($1) } / count
    let (squares, fourths) = values.reduce((0.0, 0.0)) { sums, value in
      let square = (Double(value) - mean) * (Double(value) - mean)
      return (sums.0 + square, sums.1 + square * square)
    }
    let variance = squares / count
    return (mean, variance.squareRoot(), fourths / count / (variance * variance))
  }

  @Test(
    "Parameters are distributed as torchvision's", arguments: [Architecture.resnet18, .resnet8], [1, 2] as [UInt64])
  func distribution(_ architecture: Architecture, seed: UInt64) {
    let network = initialized(architecture, seed: seed)
    let features = architecture == .resnet18 ? 512 : 64
    for parameter in network.layout.parameters {
      let values = network.values(of: parameter)
      let found = moments(values)
      let root = Double(values.count).squareRoot()
      switch parameter.role {
      case .convolutionWeight:
        let expected = (2 / Double(parameter.shape[0] * parameter.shape[2] * parameter.shape[3])).squareRoot()
        // Five standard errors each.
        #expect(found.mean.magnitude < 5 * expected / root, "\(parameter.name)")
        #expect((found.deviation / expected - 1).magnitude < 5 / (2.0.squareRoot() * root), "\(parameter.name)")
        #expect((found.kurtosis - 3).magnitude < 5 * 24.0.squareRoot() / root, "\(parameter.name)")
      case .linearWeight, .linearBias:
        let bound = 1 / Float(features).squareRoot()
        #expect(values.allSatisfy { $0.magnitude <= bound } && values.contains { $0.magnitude > 0.7 * bound })
        #expect(found.mean.magnitude < 5 * Double(bound) / root)
      case .normalizationScale: #expect(values.allSatisfy { $0 == 1 })
      case .normalizationShift: #expect(values.allSatisfy { $0 == 0 })
      }
    }
    #expect(network.layout.statistics.allSatisfy { network.arena[$0.mean].allSatisfy { $0 == 0 } })
    #expect(network.layout.statistics.allSatisfy { network.arena[$0.variance].allSatisfy { $0 == 1 } })
  }

  @Test("A seed gives the same network each time, another seed another one, whatever was there before")
  func seeds() {
    let first = initialized(.resnet8, seed: 7)
    let again = initialized(.resnet8, seed: 8)
    let range = 0..<first.layout.count
    #expect(!first.arena[range].elementsEqual(again.arena[range]))
    again.batchesTracked = 5
    again.arena.elements.update(repeating: .nan)
    again.arena[again.layout.metrics].update(repeating: 0)
    again.initialize(seed: 7)
    #expect(first.arena[range].elementsEqual(again.arena[range]) && again.batchesTracked == 0)
  }

  @Test("No two parameters draw the same numbers")
  func independence() {
    let network = initialized(.resnet8, seed: 1)
    let drawn = network.layout.parameters.filter { $0.role == .convolutionWeight || $0.role == .linearWeight }
    // Scaled to a variance common to all, equal streams would begin alike.
    let starts = drawn.map { parameter -> Float in
      let values = network.values(of: parameter)
      return values[0] / Float(moments(values).deviation)
    }
    for (index, start) in starts.enumerated() {
      #expect(starts[..<index].allSatisfy { ($0 - start).magnitude > 1e-6 })
    }
  }
}
