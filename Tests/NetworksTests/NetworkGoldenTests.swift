import Kernels
import Networks
import TestSupport
import Testing

/// Whole networks against PyTorch's, tensor by tensor.
///
/// Values agree to the rounding of `Float`. Gradients do, too, until one activation so near to 0 that rounding decides on
/// which side of the ReLU it falls takes another side here than there: that moves the gradients in front of it by up to a
/// percent, and the steps that follow by less. What a kernel does wrong is for its own tests to show; what a network does
/// wrong (a share missing, an operation left out) moves gradients by far more than two percent.
@Suite struct NetworkGoldenTests {
  enum Case: CaseIterable {
    case whole
    /// The batch as two microbatches, each normalized by its own statistics.
    case halves

    var name: String { self == .whole ? "whole" : "halves" }
    var parts: Int { self == .whole ? 1 : 2 }
  }

  @Test(
    "Evaluation gives PyTorch's logits",
    arguments: [(Architecture.resnet8, 32), (.resnet18, 64), (.resnet34, 32), (.resnet50, 32)])
  func evaluation(_ architecture: Architecture, batch: Int) throws {
    let golden = try Golden(architecture.name)
    let trained = GoldenNetwork(architecture, batch: batch)
    trained.load(step: 0)
    trained.forward(training: false)
    try golden.expect("evaluation/logits", trained.logits)
  }

  @Test("A training step of ResNet18 is PyTorch's")
  func resnet18Step() throws {
    let golden = try Golden("resnet18")
    let trained = GoldenNetwork(.resnet18, batch: 64)
    trained.load(step: 0)
    trained.forward(training: true)
    trained.backward()
    try expectFirstStep(trained, golden, "whole")
    trained.update()
    try expectParameters(trained, golden, "whole/after-1", tolerance: 2e-3)
    try expectStatistics(trained, golden, "whole/after-1")
  }

  @Test(
    "Logits, loss and gradients of the deeper networks are PyTorch's", arguments: [Architecture.resnet34, .resnet50])
  func deeperPass(_ architecture: Architecture) throws {
    let golden = try Golden(architecture.name)
    let trained = GoldenNetwork(architecture, batch: 32)
    trained.load(step: 0)
    trained.forward(training: true)
    trained.backward()
    let names = trained.network.layout.parameters.map { "whole/gradient/\($0.name)" }
    #expect(Set(golden.names) == Set(names + ["evaluation/logits", "whole/logits", "whole/loss/0"]))
    try expectFirstStep(trained, golden, "whole")
  }

  @Test("Ten training steps of resnet8 are PyTorch's", arguments: Case.allCases)
  func resnet8Steps(_ recorded: Case) throws {
    let golden = try Golden("resnet8")
    let trained = GoldenNetwork(.resnet8, batch: 32, parts: recorded.parts)
    for step in 0..<10 {
      trained.load(step: step)
      trained.forward(training: true)
      try golden.expect("\(recorded.name)/loss/\(step)", [trained.loss], tolerance: step == 0 ? 1e-5 : 1e-3)
      trained.backward()
      if step == 0 { try expectFirstStep(trained, golden, recorded.name) }
      trained.update()
      if step == 0 { try expectStatistics(trained, golden, "\(recorded.name)/after-1") }
    }
    try expectParameters(trained, golden, "\(recorded.name)/after-10", tolerance: 1e-2)
    try expectStatistics(trained, golden, "\(recorded.name)/after-10", tolerance: 1e-2)
  }

  /// Logits, loss, every gradient, and what the batch reports of itself.
  private func expectFirstStep(_ trained: GoldenNetwork, _ golden: Golden, _ name: String) throws {
    let layout = trained.network.layout
    try golden.expect("\(name)/logits", trained.logits)
    try golden.expect("\(name)/loss/0", [trained.loss])
    for parameter in layout.parameters {
      let gradient = parameter.gathered(from: trained.gradient.pointer)
      try golden.expect("\(name)/gradient/\(parameter.name)", gradient, tolerance: 2e-2)
    }
    let dead = trained.gradient[layout.dead]
    #expect(dead.allSatisfy { $0 == 0 }, "no pass writes a dead tap's gradient")

    let labels = Formula.labels(step: 0, count: trained.logits.count / 10)
    let right = labels.indices.count { image in
      let row = trained.logits[image * 10..<(image + 1) * 10]
      return row.indices.allSatisfy { row[$0] <= row[image * 10 + labels[image]] }
    }
    #expect((trained.gradient.pointer[layout.lossPlace] - trained.loss).magnitude < 1e-6 * trained.loss)
    #expect(trained.gradient.pointer[layout.accuracyPlace] == Float(right) / Float(labels.count))
  }

  private func expectParameters(
    _ trained: GoldenNetwork, _ golden: Golden, _ name: String, tolerance: Double
  ) throws {
    for parameter in trained.network.layout.parameters {
      try golden.expect("\(name)/\(parameter.name)", trained.network.values(of: parameter), tolerance: tolerance)
    }
  }

  private func expectStatistics(
    _ trained: GoldenNetwork, _ golden: Golden, _ name: String, tolerance: Double = 1e-5
  ) throws {
    let arena = trained.network.arena
    for statistics in trained.network.layout.statistics {
      let (mean, variance) = (Array(arena[statistics.mean]), Array(arena[statistics.variance]))
      try golden.expect("\(name)/\(statistics.name).running_mean", mean, tolerance: tolerance)
      try golden.expect("\(name)/\(statistics.name).running_var", variance, tolerance: tolerance)
    }
  }
}
