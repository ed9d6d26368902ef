import Kernels
import Machine
import Testing

/// The backends against each other; what they should compute is tested elsewhere.
@Suite struct ConvolutionBackendTests {
  /// The kinds of both ResNet18s, then paddings and strides for which no tap covers a whole row.
  static let shapes: [ConvolutionShape] = {
    var shapes: [ConvolutionShape] = []
    for (kernel, stride, padding) in [
      (3, 1, 1), (3, 2, 1), (1, 1, 0), (1, 2, 0), (7, 2, 3), (3, 1, 2), (5, 3, 2), (3, 1, 0),
    ] {
      for (height, width) in [(1, 1), (2, 2), (3, 3), (4, 5), (4, 6), (8, 8), (9, 7)]
      where min(height, width) + 2 * padding >= kernel {
        for (inputs, outputs) in [(3, 17), (16, 10), (17, 5), (64, 64), (32, 16)] {
          shapes.append(
            ConvolutionShape(
              inputChannels: inputs, outputChannels: outputs, kernel: kernel, stride: stride, padding: padding,
              inputHeight: height, inputWidth: width))
        }
      }
    }
    return shapes
  }()

  @Test(
    "The backends agree with OpenBLAS within rounding", arguments: [16, 48, 64],
    [ConvolutionBackend.registerTiles, .winograd])
  func agreement(lanes: Int, backend: ConvolutionBackend) {
    let shapes = Self.shapes.filter(backend.suits)
    #expect(!shapes.isEmpty)
    for shape in shapes {
      let tiles = ConvolutionTrial(shape, lanes: lanes, backend: backend)
      let blas = ConvolutionTrial(shape, lanes: lanes, backend: .openBLAS)
      tiles.run(adding: false)
      blas.run(adding: false)
      #expect(tiles.y.isClose(to: blas.y, terms: shape.inputChannels * shape.taps), "\(shape), forward")
      #expect(
        tiles.xGradient.isClose(to: blas.xGradient, terms: shape.outputChannels * shape.taps),
        "\(shape), input gradient")
      #expect(
        tiles.weightGradient.isClose(
          to: blas.weightGradient, terms: shape.outputHeight * shape.outputWidth * lanes), "\(shape), weight gradient")
    }
  }

  @Test("The same call gives the same bits", arguments: ConvolutionBackend.allCases)
  func determinism(backend: ConvolutionBackend) {
    for shape in Self.shapes.filter(backend.suits) {
      let trial = ConvolutionTrial(shape, lanes: 32, backend: backend)
      trial.run(adding: false)
      let (y, xGradient, weightGradient) = (trial.y, trial.xGradient, trial.weightGradient)
      trial.run(adding: false)
      #expect(trial.y == y && trial.xGradient == xGradient && trial.weightGradient == weightGradient, "\(shape)")
    }
  }

  @Test("Adding a weight gradient gives the bits of adding it afterwards", arguments: ConvolutionBackend.allCases)
  func adding(backend: ConvolutionBackend) {
    for shape in Self.shapes.filter(backend.suits) {
      let trial = ConvolutionTrial(shape, lanes: 32, backend: backend)
      trial.run(adding: false)
      let (xGradient, weightGradient) = (trial.xGradient, trial.weightGradient)
      trial.run(adding: true)
      #expect(trial.weightGradient == weightGradient.map { $0 + $0 }, "\(shape)")
      #expect(
        trial.xGradient.isClose(to: xGradient.map { 2 * $0 }, terms: shape.outputChannels * shape.taps), "\(shape)")
    }
  }

  @Test("Dead taps are neither read nor written", arguments: ConvolutionBackend.allCases)
  func deadTaps(backend: ConvolutionBackend) {
    for shape in Self.shapes.filter(backend.suits) where shape.outputsPerTap.contains(0) {
      let trial = ConvolutionTrial(shape, lanes: 16, backend: backend, deadWeight: .nan)
      trial.run(adding: false)
      #expect((trial.y + trial.xGradient).allSatisfy { $0.isFinite }, "\(shape)")
      #expect(trial.deadGradients.allSatisfy { $0.isNaN }, "\(shape)")
    }
  }

  @Test("Whatever a CPU has, the preferred backend computes the shape; without another wish it is taken")
  func preference() {
    for features in [["avx2", "fma", "avx512f"], ["avx2", "fma"], []] {
      for shape in Self.shapes {
        let backend = ConvolutionBackend.preferred(for: shape, builtFor: ProcessorFeatures(features))
        #expect(backend.suits(shape), "\(backend) for \(shape) with \(features)")
      }
    }
    let first = Self.shapes[0]
    let standard = Convolution(first, lanes: 16, tapOffsets: (0..<first.taps).map { $0 * first.weights / first.taps })
    #expect(standard.backend == .preferred(for: first))
  }
}
