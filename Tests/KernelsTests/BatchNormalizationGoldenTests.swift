import Kernels
import TestSupport
import Testing

/// Batch normalization in all its forms against PyTorch's, on the recorded 16 images and on the same several times over.
@Suite struct BatchNormalizationGoldenTests {
  enum Form: String, CaseIterable {
    case plain
    case relu
    case residual

    var tail: NormalizationTail {
      switch self {
      case .plain: .none
      case .relu: .relu
      case .residual: .residualRelu
      }
    }
  }

  struct Recorded: CustomStringConvertible {
    static let images = 16
    static let all = Form.allCases.flatMap { form in
      [(5, 1), (3, 4), (7, 9)].map { Recorded(form: form, channels: $0, size: $1) }
    }

    let form: Form
    let channels: Int
    let size: Int

    var description: String { "normalization/\(form.rawValue)-h\(size)" }
    /// The values of one channel.
    var count: Int { Self.images * size * size }
    var input: [Float] { Formula.uniform("\(self)/input", count: count * channels, scale: 4, offset: 0.5) }
    var residual: [Float]? {
      form == .residual ? Formula.uniform("\(self)/residual", count: count * channels, scale: 4) : nil
    }
    var outputGradient: [Float] { Formula.uniform("\(self)/output-gradient", count: count * channels, scale: 2) }

    func normalization(lanes: Int) -> NormalizationCase {
      NormalizationCase(
        shape: ActivationShape(channels: channels, height: size, width: size, lanes: lanes), tail: form.tail,
        scale: Formula.uniform("\(self)/scale", count: channels, scale: 1, offset: 1),
        shift: Formula.uniform("\(self)/shift", count: channels, scale: 1))
    }
  }

  private let golden: Golden

  init() throws { golden = try Golden("layers") }

  private func expect(_ name: String, _ values: [Float], every count: Int) throws {
    #expect(repeats(values, every: count), "\(name): copies of an image have its values")
    try golden.expect(name, Array(values.prefix(count)))
  }

  @Test("Outputs and running statistics are PyTorch's", arguments: Recorded.all, [16, 32, 48, 64])
  func outputsAndStatistics(_ recorded: Recorded, lanes: Int) throws {
    let normalization = recorded.normalization(lanes: lanes)
    let input = recorded.input
    let forward = normalization.forward(input: input, residual: recorded.residual)
    try expect("\(recorded)/output", forward.output, every: input.count)

    let mean = Formula.uniform("\(recorded)/running-mean", count: recorded.channels, scale: 1)
    let variance = Formula.uniform("\(recorded)/running-variance", count: recorded.channels, scale: 1, offset: 1)
    let correction = Float(recorded.count) / Float(recorded.count - 1)
    let runningMean = zip(mean, forward.mean).map { 0.9 * $0 + 0.1 * $1 }
    let runningVariance = zip(variance, forward.variance).map { 0.9 * $0 + 0.1 * $1 * correction }
    try golden.expect("\(recorded)/running-mean", runningMean)
    try golden.expect("\(recorded)/running-variance", runningVariance)

    let evaluated = normalization.evaluate(input: input, residual: recorded.residual, mean: mean, variance: variance)
    try expect("\(recorded)/evaluation-output", evaluated, every: input.count)
  }

  @Test("Gradients are PyTorch's", arguments: Recorded.all, [16, 32, 48, 64])
  func gradients(_ recorded: Recorded, lanes: Int) throws {
    let normalization = recorded.normalization(lanes: lanes)
    let input = recorded.input
    let backward = normalization.backward(
      input: input, residual: recorded.residual, outputGradient: recorded.outputGradient)
    try expect("\(recorded)/input-gradient", backward.input, every: input.count)
    if recorded.form == .residual {
      try expect("\(recorded)/residual-gradient", backward.residual, every: input.count)
    } else {
      let inPlace = normalization.backward(
        input: input, residual: nil, outputGradient: recorded.outputGradient, inPlace: true)
      #expect(inPlace.input == backward.input)
    }
    let copies = Float(lanes / Recorded.images)
    try golden.expect("\(recorded)/scale-gradient", backward.scale.map { $0 / copies })
    try golden.expect("\(recorded)/shift-gradient", backward.shift.map { $0 / copies })

    let added = normalization.backward(
      input: input, residual: recorded.residual, outputGradient: recorded.outputGradient, addingTo: 0.3)
    #expect(added.scale == backward.scale.map { 0.3 + $0 } && added.shift == backward.shift.map { 0.3 + $0 })
  }
}
