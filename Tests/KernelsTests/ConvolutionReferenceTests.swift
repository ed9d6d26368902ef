import Kernels
import TestSupport
import Testing

/// Convolutions against their definition, computed in `Double`.
@Suite struct ConvolutionReferenceTests {
  /// Visits every product of one image: the places of input, weight and output in PyTorch's order.
  private static func visit(_ shape: ConvolutionShape, _ body: (_ input: Int, _ weight: Int, _ output: Int) -> Void) {
    for o in 0..<shape.outputChannels {
      for i in 0..<shape.inputChannels {
        for tap in 0..<shape.taps {
          for row in 0..<shape.outputHeight {
            let inputRow = row * shape.stride + tap / shape.kernel - shape.padding
            guard (0..<shape.inputHeight).contains(inputRow) else { continue }
            for column in 0..<shape.outputWidth {
              let inputColumn = column * shape.stride + tap % shape.kernel - shape.padding
              guard (0..<shape.inputWidth).contains(inputColumn) else { continue }
              body(
                (i * shape.inputHeight + inputRow) * shape.inputWidth + inputColumn,
                (o * shape.inputChannels + i) * shape.taps + tap,
                (o * shape.outputHeight + row) * shape.outputWidth + column)
            }
          }
        }
      }
    }
  }

  /// What each element of a result adds up: the sum, the sum of squares and the number of the products.
  private struct Sums {
    var values: [Double]
    var squares: [Double]
    var counts: [Int]

    init(_ start: [Float]) {
      values = start.map(Double.init)
      squares = values.map { $0 * $0 }
      counts = values.map { _ in 1 }
    }

    mutating func add(_ a: Float, _ b: Float, to index: Int) {
      let product = Double(a) * Double(b)
      values[index] += product
      squares[index] += product * product
      counts[index] += 1
    }

    /// What rounding may come to: each of n additions rounds a partial sum about as large as the norm of the products or as
    /// the result, which adds up to some 0.3 √n units of it. Ten times that is out of reach of chance, and far less than
    /// any of the products.
    func tolerance(_ index: Int) -> Double {
      let size = max(squares[index].squareRoot(), values[index].magnitude)
      return 4 * (1 + Double(counts[index]).squareRoot()) * 0x1p-24 * size
    }
  }

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

  private func expect(
    _ found: [Float], _ sums: Sums, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let wrong = found.indices.first {
      !((Double(found[$0]) - sums.values[$0]).magnitude <= sums.tolerance($0))
    }
    if let wrong {
      Issue.record(
        "\(what), element \(wrong): \(found[wrong]), expected \(sums.values[wrong])", sourceLocation: sourceLocation)
    }
  }

  @Test("Every element is the sum of its products", arguments: ConvolutionSpread.groups)
  func definition(_ backends: [ConvolutionCase]) throws {
    let convolution = try #require(backends.first)
    let data = Data(convolution)
    var output = Sums([Float](repeating: 0, count: convolution.outputCount))
    var inputGradient = Sums(data.inputSum)
    var weightGradient = Sums([Float](repeating: 0, count: convolution.shape.weights))
    let inputSize = convolution.inputCount / convolution.lanes
    let outputSize = convolution.outputCount / convolution.lanes
    for lane in 0..<convolution.lanes {
      Self.visit(convolution.shape) { input, weight, place in
        let (x, y) = (lane * inputSize + input, lane * outputSize + place)
        output.add(data.weights[weight], data.input[x], to: y)
        inputGradient.add(data.weights[weight], data.outputGradient[y], to: x)
        weightGradient.add(data.input[x], data.outputGradient[y], to: weight)
      }
    }
    for convolution in backends {
      expect(convolution.forward(weights: data.weights, input: data.input), output, "\(convolution.backend), output")
      expect(
        convolution.inputGradient(weights: data.weights, outputGradient: data.outputGradient, addingTo: data.inputSum),
        inputGradient, "\(convolution.backend), input gradient, added")
      expect(
        convolution.weightGradient(input: data.input, outputGradient: data.outputGradient), weightGradient,
        "\(convolution.backend), weight gradient")
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
