import Kernels
import TestSupport
import Testing

/// Convolutions against their definition, computed in `Double`.
@Suite struct ConvolutionReferenceTests {
  private struct Data {
    let weights: [Float]
    let input: [Float]
    let outputGradient: [Float]
    /// What gradients are added to.
    let inputSum: [Float]
    let weightSum: [Float]

    init(_ convolution: ConvolutionCase) {
      weights = Formula.uniform("weights", count: convolution.shape.weights, scale: 2)
      input = Formula.uniform("input", count: convolution.inputCount, scale: 2)
      outputGradient = Formula.uniform("output gradient", count: convolution.outputCount, scale: 2)
      inputSum = Formula.uniform("input sum", count: convolution.inputCount, scale: 2)
      weightSum = Formula.uniform("weight sum", count: convolution.shape.weights, scale: 2)
    }
  }

  @Test("Every element is the sum of its products", arguments: ConvolutionSpread.groups)
  func definition(_ backends: [ConvolutionCase]) throws {
    let convolution = try #require(backends.first)
    let data = Data(convolution)
    var output = ProductSums([Float](repeating: 0, count: convolution.outputCount))
    var inputGradient = ProductSums(data.inputSum)
    var weightGradient = ProductSums([Float](repeating: 0, count: convolution.shape.weights))
    let inputSize = convolution.inputCount / convolution.lanes
    let outputSize = convolution.outputCount / convolution.lanes
    for lane in 0..<convolution.lanes {
      convolution.shape.forEachProduct { input, weight, place in
        let (x, y) = (lane * inputSize + input, lane * outputSize + place)
        output.add(data.weights[weight], data.input[x], to: y)
        inputGradient.add(data.weights[weight], data.outputGradient[y], to: x)
        weightGradient.add(data.input[x], data.outputGradient[y], to: weight)
      }
    }
    for convolution in backends {
      output.expect(
        convolution.forward(weights: data.weights, input: data.input), "\(convolution.backend), output",
        by: convolution.backend)
      inputGradient.expect(
        convolution.inputGradient(weights: data.weights, outputGradient: data.outputGradient, addingTo: data.inputSum),
        "\(convolution.backend), input gradient, added", by: convolution.backend)
      weightGradient.expect(
        convolution.weightGradient(input: data.input, outputGradient: data.outputGradient),
        "\(convolution.backend), weight gradient", by: convolution.backend)
    }
  }

  @Test("Adding a weight gradient has the bits of adding it afterwards", arguments: ConvolutionSpread.cases)
  func addingWeightGradients(_ convolution: ConvolutionCase) {
    let data = Data(convolution)
    let alone = convolution.weightGradient(input: data.input, outputGradient: data.outputGradient)
    let live = convolution.shape.outputsPerTap.map { $0 > 0 }
    let added = convolution.weightGradient(
      input: data.input, outputGradient: data.outputGradient, addingTo: data.weightSum)
    let expected = alone.indices.map { live[$0 % live.count] ? data.weightSum[$0] + alone[$0] : 0 }
    #expect(added == expected)
  }

  @Test("Scratch memory's contents do not reach the result", arguments: ConvolutionSpread.cases)
  func scratch(_ convolution: ConvolutionCase) {
    let data = Data(convolution)
    let results = [0, Float.infinity, .nan].map {
      convolution.weightGradient(input: data.input, outputGradient: data.outputGradient, scratchValue: $0)
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test(
    "An input that no tap meets has a zero gradient, or keeps its sum", arguments: [(1, 3), (2, 3), (1, 17)],
    [ConvolutionBackend.registerTiles, .openBLAS])
  func unreadInputs(_ input: (size: Int, channels: Int), backend: ConvolutionBackend) {
    // Stride 2 with a kernel of 1 reads every second pixel only.
    let convolution = ConvolutionCase(
      ConvolutionShape(
        inputChannels: input.channels, outputChannels: 4, kernel: 1, stride: 2, padding: 0, inputHeight: input.size + 1,
        inputWidth: input.size + 2), lanes: 48, backend: backend)
    let data = Data(convolution)
    let alone = convolution.inputGradient(weights: data.weights, outputGradient: data.outputGradient)
    let added = convolution.inputGradient(
      weights: data.weights, outputGradient: data.outputGradient, addingTo: data.inputSum)
    let (height, width) = (convolution.shape.inputHeight, convolution.shape.inputWidth)
    let unread = alone.indices.filter { $0 % width % 2 == 1 || $0 / width % height % 2 == 1 }
    #expect(!unread.isEmpty && unread.allSatisfy { alone[$0] == 0 && added[$0] == data.inputSum[$0] })
  }
}
