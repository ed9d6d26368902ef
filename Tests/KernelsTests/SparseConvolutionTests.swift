import Kernels
import TestSupport
import Testing

/// Pruned convolutions against the definition of the masked one, computed in `Double`.
@Suite struct SparseConvolutionTests {
  private struct Data {
    let weights: [Float]
    let input: [Float]
    let outputGradient: [Float]
    /// What gradients are added to.
    let inputSum: [Float]
    let weightSum: [Float]

    init(_ pruned: PrunedCase) {
      weights = Formula.uniform("weights", count: pruned.shape.weights, scale: 2)
      input = Formula.uniform("input", count: pruned.inputCount, scale: 2)
      outputGradient = Formula.uniform("output gradient", count: pruned.outputCount, scale: 2)
      inputSum = Formula.uniform("input sum", count: pruned.inputCount, scale: 2)
      weightSum = Formula.uniform("weight sum", count: pruned.shape.weights, scale: 2)
    }
  }

  /// The sums of a masked convolution.
  private struct Definition {
    var output: ProductSums
    var inputGradient: ProductSums
    var weightGradient: ProductSums

    init(_ pruned: PrunedCase, _ data: Data, outputStart: [Float]? = nil) {
      output = ProductSums(outputStart ?? [Float](repeating: 0, count: pruned.outputCount))
      inputGradient = ProductSums(data.inputSum)
      weightGradient = ProductSums([Float](repeating: 0, count: pruned.places.count))
      var numbers = [Int](repeating: 0, count: pruned.shape.weights)
      for (number, place) in pruned.places.enumerated() { numbers[place] = number }
      let inputSize = pruned.inputCount / PrunedCase.images
      let outputSize = pruned.outputCount / PrunedCase.images
      pruned.shape.forEachProduct(where: { pruned.survives[$0] }) { input, weight, place in
        for image in 0..<PrunedCase.images {
          let (x, y) = (image * inputSize + input, image * outputSize + place)
          output.add(data.weights[weight], data.input[x], to: y)
          inputGradient.add(data.weights[weight], data.outputGradient[y], to: x)
          weightGradient.add(data.input[x], data.outputGradient[y], to: numbers[weight])
        }
      }
      weightGradient = weightGradient.times(pruned.copies)
    }
  }

  @Test("Every element is the sum of the survivors' products", arguments: PrunedShape.all)
  func definition(_ size: PrunedShape) {
    for choice in SurvivorChoice.allCases {
      let pruned = PrunedCase(choice.pattern(size.shape), lanes: size.lanes)
      let data = Data(pruned)
      let sums = Definition(pruned, data)
      sums.output.expect(pruned.forward(weights: data.weights, input: data.input), "\(choice), output")
      sums.inputGradient.expect(
        pruned.inputGradient(weights: data.weights, outputGradient: data.outputGradient, addingTo: data.inputSum),
        "\(choice), input gradient")
      sums.weightGradient.expect(
        pruned.weightGradient(input: data.input, outputGradient: data.outputGradient), "\(choice), weight gradient")
    }
  }

  @Test("Sparse and dense kernels compute any of the operations", arguments: PrunedShape.all.indices)
  func operations(_ index: Int) {
    let size = PrunedShape.all[index]
    let choice = SurvivorChoice.allCases[index % SurvivorChoice.allCases.count]
    let pattern = choice.pattern(size.shape)
    let reference = PrunedCase(pattern, lanes: size.lanes)
    let data = Data(reference)
    let sums = Definition(reference, data)
    for bits in 0..<8 {
      let operations = Set(
        ConvolutionOperation.allCases.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element))
      let pruned = PrunedCase(pattern, lanes: size.lanes, operations: operations)
      func backend(_ operation: ConvolutionOperation) -> ConvolutionBackend {
        operations.contains(operation) ? .registerTiles : .preferred(for: size.shape)
      }
      // Twice: what dense kernels keep of the first weights must not reach the second results.
      let others = Formula.uniform("other weights", count: size.shape.weights, scale: 2)
      _ = pruned.forward(weights: others, input: data.input)
      sums.output.expect(
        pruned.forward(weights: data.weights, input: data.input), "\(choice), sparse \(operations), output",
        by: backend(.forward))
      sums.inputGradient.expect(
        pruned.inputGradient(weights: data.weights, outputGradient: data.outputGradient, addingTo: data.inputSum),
        "\(choice), sparse \(operations), input gradient", by: backend(.inputGradient))
      let weightGradient = pruned.weightGradient(input: data.input, outputGradient: data.outputGradient)
      sums.weightGradient.expect(
        weightGradient, "\(choice), sparse \(operations), weight gradient", by: backend(.weightGradient))
      let added = pruned.weightGradient(
        input: data.input, outputGradient: data.outputGradient, addingTo: data.weightSum)
      expectSums(added, of: weightGradient, and: data.weightSum, pruned, "\(choice), sparse \(operations)")
    }
  }

  /// `adding` is one sum of two for every survivor of a live tap.
  private func expectSums(
    _ added: [Float], of gradient: [Float], and start: [Float], _ pruned: PrunedCase, _ what: String
  ) {
    let outputs = pruned.shape.outputsPerTap
    let expected = zip(pruned.places, gradient).map { place, value in
      outputs[place % outputs.count] > 0 ? start[place] + value : 0
    }
    #expect(added == expected, "\(what): a gradient that is added")
  }

  @Test(
    "The same call gives the same bits, and adding a gradient those of adding it afterwards", arguments: PrunedShape.all
  )
  func sameBits(_ size: PrunedShape) {
    for choice in [SurvivorChoice.tenPercent, .ninetyPercent] {
      let pruned = PrunedCase(choice.pattern(size.shape), lanes: size.lanes)
      let data = Data(pruned)
      let outputs = (0..<2).map { _ in pruned.forward(weights: data.weights, input: data.input) }
      let inputGradients = (0..<2).map { _ in
        pruned.inputGradient(weights: data.weights, outputGradient: data.outputGradient)
      }
      let weightGradients = [0, Float.infinity, .nan].map {
        pruned.weightGradient(input: data.input, outputGradient: data.outputGradient, scratchValue: $0)
      }
      #expect(outputs[0] == outputs[1] && inputGradients[0] == inputGradients[1])
      #expect(weightGradients.allSatisfy { $0 == weightGradients[0] })
      let added = pruned.weightGradient(
        input: data.input, outputGradient: data.outputGradient, addingTo: data.weightSum)
      expectSums(added, of: weightGradients[0], and: data.weightSum, pruned, "\(choice)")
    }
  }

  @Test("Biases, residuals and the ReLU are part of the sum", arguments: PrunedShape.all.indices)
  func starts(_ index: Int) {
    let size = PrunedShape.all[index]
    // An empty layer, and layers with channels of which nothing is left, have a start too.
    for choice in [SurvivorChoice.none, [.half, .noOddOutputs, .twoPercent][index % 3]] {
      let pruned = PrunedCase(choice.pattern(size.shape), lanes: size.lanes)
      let data = Data(pruned)
      let residual = Formula.uniform("residual", count: pruned.outputCount, scale: 2)
      let (channels, pixels) = (size.shape.outputChannels, pruned.output.pixels)
      for biasPixels in [nil, 1, pixels] {
        let bias = biasPixels.map { Formula.uniform("bias", count: channels * $0, scale: 2) }
        for hasResidual in [false, true] {
          var sums = Definition(pruned, data, outputStart: hasResidual ? residual : nil).output
          if let bias, let biasPixels {
            for place in 0..<pruned.outputCount {
              let (channel, pixel) = (place / pixels % channels, place % pixels)
              sums.add(bias[biasPixels == 1 ? channel : channel * pixels + pixel], 1, to: place)
            }
          }
          for rectifies in [false, true] {
            for inPlace in hasResidual ? [false, true] : [false] {
              let found = pruned.forward(
                weights: data.weights, input: data.input, bias: bias, residual: hasResidual ? residual : nil,
                inPlace: inPlace, rectifies: rectifies)
              sums.expect(
                found,
                "\(choice), bias \(biasPixels ?? 0), residual \(hasResidual) \(inPlace), ReLU \(rectifies)",
                rectified: rectifies)
            }
          }
        }
      }
    }
  }

  @Test("Gradients are slopes", arguments: PrunedShape.all.indices)
  func slopes(_ index: Int) {
    let size = PrunedShape.all[index]
    let choices: [SurvivorChoice] = [.half, .tenPercent, .noOddTaps]
    let pruned = PrunedCase(choices[index % 3].pattern(size.shape), lanes: size.lanes)
    let data = Data(pruned)
    // Copies of an image count as often as they are there.
    let copies = Float(pruned.copies)
    let inputGradient = pruned.inputGradient(weights: data.weights, outputGradient: data.outputGradient)
    expectSlope(
      inputGradient, at: data.input, along: Formula.uniform("direction", count: pruned.inputCount, scale: 2), step: 1,
      weights: data.outputGradient
    ) { pruned.forward(weights: data.weights, input: $0) }
    let weightGradient = pruned.weightGradient(input: data.input, outputGradient: data.outputGradient)
    let survivors = pruned.places.map { data.weights[$0] }
    expectSlope(
      weightGradient.map { $0 / copies }, at: survivors,
      along: Formula.uniform("direction", count: survivors.count, scale: 2), step: 1, weights: data.outputGradient
    ) { survivors in
      var weights = [Float](repeating: 0, count: size.shape.weights)
      for (place, value) in zip(pruned.places, survivors) { weights[place] = value }
      return pruned.forward(weights: weights, input: data.input)
    }
  }

  /// Sums of sixteen floats a survivor are kept for one block at a time.
  @Test("Many channels come in several blocks")
  func blocks() {
    let inBlocks = PrunedShape.large.filter { size in
      let pattern = SurvivorChoice.ninetyPercent.pattern(size.shape)
      return SparseConvolution(pattern, lanes: size.lanes).scratchCount < pattern.liveCount * 16
    }
    #expect(inBlocks.count >= 4)
  }

  @Test("Dense kernels of a pruned convolution give the bits of the masked dense one", arguments: PrunedShape.all)
  func masked(_ size: PrunedShape) {
    let pruned = PrunedCase(SurvivorChoice.half.pattern(size.shape), lanes: size.lanes, operations: [])
    let data = Data(pruned)
    let dense = ConvolutionCase(size.shape, lanes: size.lanes, backend: .preferred(for: size.shape))
    let weights = zip(data.weights, pruned.survives).map { $1 ? $0 : 0 }
    let output = dense.forward(weights: weights, input: data.input)
    #expect(pruned.forward(weights: data.weights, input: data.input) == Array(output.prefix(pruned.outputCount)))
    let inputGradient = dense.inputGradient(weights: weights, outputGradient: data.outputGradient)
    #expect(
      pruned.inputGradient(weights: data.weights, outputGradient: data.outputGradient)
        == Array(inputGradient.prefix(pruned.inputCount)))
    let weightGradient = dense.weightGradient(input: data.input, outputGradient: data.outputGradient)
    #expect(
      pruned.weightGradient(input: data.input, outputGradient: data.outputGradient)
        == pruned.places.map { weightGradient[$0] })
  }
}
