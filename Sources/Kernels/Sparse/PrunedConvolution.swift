/// A pruned convolution by the faster of sparse and dense kernels, each operation by itself.
///
/// Weights and gradients are the survivors' alone, as ``SparsePattern`` numbers them, from `weightOffset` on. For a dense
/// kernel they are spread over, and gathered from, buffers of full shape.
final class PrunedConvolution: ConvolutionAlgorithm {
  private let pattern: SparsePattern
  private let weightOffset: Int
  private let sparse: SparseConvolution
  private let sparseOperations: Set<ConvolutionOperation>
  private let dense: Convolution?
  /// Weights of full shape, or their gradient; zeros where pruned.
  private let weights: AlignedBuffer
  private let gradient: AlignedBuffer
  /// The place of each survivor in these.
  private let places: [Int32]
  /// For each live tap its survivors, by their numbers.
  private let liveSurvivors: [Range<Int>]

  /// - Parameters:
  ///   - lanes: the images of a microbatch, a multiple of ``vectorWidth``.
  ///   - sparseOperations: what sparse kernels compute; by default where ``SparsityRule`` finds them faster.
  init(_ pattern: SparsePattern, lanes: Int, weightOffset: Int, sparseOperations: Set<ConvolutionOperation>? = nil) {
    self.pattern = pattern
    self.weightOffset = weightOffset
    let operations =
      sparseOperations
      ?? Set(ConvolutionOperation.allCases.filter { SparsityRule.prefersSparse($0, pattern) })
    self.sparseOperations = operations
    sparse = SparseConvolution(pattern, lanes: lanes)
    let shape = pattern.shape
    let block = shape.inputChannels * shape.outputChannels
    let offsets = (0..<shape.taps).map { $0 * block }
    let needsDense = operations.count < ConvolutionOperation.allCases.count
    dense = needsDense ? Convolution(shape, lanes: lanes, tapOffsets: offsets) : nil
    weights = AlignedBuffer(count: needsDense ? shape.weights : 0)
    gradient = AlignedBuffer(count: operations.contains(.weightGradient) ? 0 : shape.weights)
    places =
      needsDense ? pattern.positions.enumerated().flatMap { tap, list in list.map { Int32(offsets[tap]) + $0 } } : []
    let outputs = shape.outputsPerTap
    var end = 0
    let survivors = pattern.positions.map { list in
      end += list.count
      return end - list.count..<end
    }
    liveSurvivors = survivors.indices.filter { outputs[$0] > 0 }.map { survivors[$0] }
  }

  func forward(
    weights: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, sameWeights: Bool
  ) {
    let survivors = weights + weightOffset
    guard let dense = dense(for: .forward) else { return sparse.forward(weights: survivors, x: x, y: y) }
    if !sameWeights { spread(survivors) }
    dense.forward(weights: self.weights.pointer, x: x, y: y, sameWeights: sameWeights)
  }

  func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    let survivors = weights + weightOffset
    guard let dense = dense(for: .inputGradient) else {
      return sparse.inputGradient(weights: survivors, yGradient: yGradient, xGradient: xGradient, adding: adding)
    }
    spread(survivors)
    dense.inputGradient(weights: self.weights.pointer, yGradient: yGradient, xGradient: xGradient, adding: adding)
  }

  var scratchCount: Int { dense(for: .weightGradient)?.scratchCount ?? sparse.scratchCount }

  func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let survivors = weightGradient + weightOffset
    guard let dense = dense(for: .weightGradient) else {
      return sparse.weightGradient(
        x: x, yGradient: yGradient, weightGradient: survivors, adding: adding, scratch: scratch)
    }
    dense.weightGradient(
      x: x, yGradient: yGradient, weightGradient: gradient.pointer, adding: false, scratch: scratch)
    gather(to: survivors, adding: adding)
  }

  private func dense(for operation: ConvolutionOperation) -> Convolution? {
    sparseOperations.contains(operation) ? nil : dense
  }

  private func spread(_ survivors: UnsafePointer<Float>) {
    let weights = weights.pointer
    places.withUnsafeBufferPointer { places in
      for index in places.indices { weights[Int(places[index])] = survivors[index] }
    }
  }

  private func gather(to survivors: UnsafeMutablePointer<Float>, adding: Bool) {
    let gradient = gradient.pointer
    places.withUnsafeBufferPointer { places in
      for range in liveSurvivors {
        for survivor in range {
          let value = gradient[Int(places[survivor])]
          survivors[survivor] = adding ? survivors[survivor] + value : value
        }
      }
    }
  }
}
