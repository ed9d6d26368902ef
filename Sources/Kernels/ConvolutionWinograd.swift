/// A 3×3 convolution of stride 1 by Winograd's F(2×2, 3×3): 16 products where the taps need up to 36.
///
/// It works tile by tile (2×2 outputs of all channels), so that a tile's transformed patch, products and kernel stay in the
/// second-level cache; the products are matrix products of ``RegisterTile`` form, the images of a pixel in the lanes. The
/// input gradient is the same convolution with the kernel turned by 180° and its channels exchanged.
final class ConvolutionWinograd: ConvolutionAlgorithm {
  private static let planes = 16

  private let shape: ConvolutionShape
  private let lanes: Int
  private let tapOffsets: [Int]
  private let input: ActivationShape
  private let output: ActivationShape
  private let forwardPlan: ProductPlan
  private let inputGradientPlan: ProductPlan
  private let weightGradientPlan: ProductPlan
  /// The nine taps as in `tapOffsets`, and in reverse.
  private let reversedTaps: [Int]
  /// Zeros that padding points to, as long as the longest row.
  private let zeros: AlignedBuffer
  /// The transformed kernel, or its gradient: `[plane][O][I]`.
  private let kernel: AlignedBuffer
  /// A tile's transformed patch: `[plane][channel][lane]`, or channels innermost.
  private let patches: AlignedBuffer
  /// A tile's products, or its transformed output gradient: `[plane][channel][lane]`.
  private let products: AlignedBuffer

  /// Whether this form exists and pays for a convolution: even images of at least 4×4, whole vectors of channels.
  static func suits(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 3 && shape.stride == 1 && shape.padding == 1
      && shape.inputHeight % 2 == 0 && shape.inputWidth % 2 == 0 && min(shape.inputHeight, shape.inputWidth) >= 4
      && shape.inputChannels % 16 == 0 && shape.outputChannels % 16 == 0
  }

  init(_ shape: ConvolutionShape, lanes: Int, tapOffsets: [Int]) {
    precondition(Self.suits(shape), "no Winograd form for \(shape)")
    self.shape = shape
    self.lanes = lanes
    self.tapOffsets = tapOffsets
    reversedTaps = tapOffsets.reversed()
    input = shape.input(lanes: lanes)
    output = shape.output(lanes: lanes)
    func plan(depth: Int, stepStride: Int, laneStride: Int) -> ProductPlan {
      ProductPlan(
        products: [(result: 0, runs: [TileRun(scalars: 0, lanes: 0, count: depth)])], stepStride: stepStride,
        laneStride: laneStride)
    }
    forwardPlan = plan(depth: shape.inputChannels, stepStride: 1, laneStride: lanes)
    inputGradientPlan = plan(depth: shape.outputChannels, stepStride: shape.inputChannels, laneStride: lanes)
    weightGradientPlan = plan(depth: lanes, stepStride: 1, laneStride: shape.inputChannels)
    zeros = AlignedBuffer(count: max(lanes, shape.inputChannels))
    kernel = AlignedBuffer(count: Self.planes * shape.inputChannels * shape.outputChannels)
    patches = AlignedBuffer(count: Self.planes * lanes * max(shape.inputChannels, shape.outputChannels))
    products = AlignedBuffer(count: Self.planes * lanes * max(shape.inputChannels, shape.outputChannels))
  }

  private var blockCount: Int { shape.inputChannels * shape.outputChannels }

  /// The input with its channels innermost, for the weight gradient.
  var scratchCount: Int { input.pixels * lanes * shape.inputChannels }

  func forward(weights: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>) {
    WinogradTransforms.kernel(weights, taps: tapOffsets, count: blockCount, to: kernel.pointer)
    convolve(x, input, forwardPlan, rowStride: shape.inputChannels, stepStride: 1, to: y, output, adding: false)
  }

  func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    WinogradTransforms.kernel(weights, taps: reversedTaps, count: blockCount, to: kernel.pointer)
    convolve(
      yGradient, output, inputGradientPlan, rowStride: 1, stepStride: shape.inputChannels, to: xGradient, input,
      adding: adding)
  }

  /// The transformed kernel times the transformed patches of `source`.
  private func convolve(
    _ source: UnsafePointer<Float>, _ from: ActivationShape, _ plan: ProductPlan, rowStride: Int, stepStride: Int,
    to result: UnsafeMutablePointer<Float>, _ to: ActivationShape, adding: Bool
  ) {
    let (kernel, patches, products) = (kernel.pointer, patches.pointer, products.pointer)
    forEachTile { row, column in
      withPixels(
        row: row * 2 - 1, column: column * 2 - 1, edge: 4, of: UnsafeMutablePointer(mutating: source),
        pixelStride: lanes, rowStride: from.channelStride
      ) {
        WinogradTransforms.patch(
          $0, rows: from.channels, length: lanes, to: patches, planeStride: from.channels * lanes)
      }
      for plane in 0..<Self.planes {
        plan.run(
          rows: to.channels, columns: lanes,
          operands: TileOperands(
            scalars: kernel + plane * blockCount, rowStride: rowStride, stepStride: stepStride,
            lanes: patches + plane * from.channels * lanes, laneStride: lanes),
          result: products + plane * to.channels * lanes, resultStride: lanes, adding: false)
      }
      withPixels(
        row: row * 2, column: column * 2, edge: 2, of: result, pixelStride: lanes, rowStride: to.channelStride
      ) {
        WinogradTransforms.output(
          products, planeStride: to.channels * lanes, rows: to.channels, length: lanes, to: $0, adding: adding)
      }
    }
  }

  func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let channels = shape.inputChannels
    let (sums, patches, gradients) = (kernel.pointer, patches.pointer, products.pointer)
    transposeChannelsInnermost(x, input, to: scratch, rowStride: channels)
    var isFirst = true
    forEachTile { row, column in
      withPixels(
        row: row * 2 - 1, column: column * 2 - 1, edge: 4, of: scratch, pixelStride: lanes * channels,
        rowStride: channels
      ) {
        WinogradTransforms.patch($0, rows: lanes, length: channels, to: patches, planeStride: channels * lanes)
      }
      withPixels(
        row: row * 2, column: column * 2, edge: 2, of: UnsafeMutablePointer(mutating: yGradient), pixelStride: lanes,
        rowStride: output.channelStride
      ) {
        WinogradTransforms.outputGradient(
          $0, rows: shape.outputChannels, length: lanes, to: gradients, planeStride: shape.outputChannels * lanes)
      }
      for plane in 0..<Self.planes {
        weightGradientPlan.run(
          rows: shape.outputChannels, columns: channels,
          operands: TileOperands(
            scalars: gradients + plane * shape.outputChannels * lanes, rowStride: lanes, stepStride: 1,
            lanes: patches + plane * channels * lanes, laneStride: channels),
          result: sums + plane * blockCount, resultStride: channels, adding: !isFirst)
      }
      isFirst = false
    }
    WinogradTransforms.kernelGradient(sums, count: blockCount, to: weightGradient, taps: tapOffsets, adding: adding)
  }

  private func forEachTile(_ body: (_ row: Int, _ column: Int) -> Void) {
    for row in 0..<shape.outputHeight / 2 {
      for column in 0..<shape.outputWidth / 2 { body(row, column) }
    }
  }

  /// Calls `body` with the pixels of a square of the image, those outside of it pointing to zeros.
  private func withPixels(
    row: Int, column: Int, edge: Int, of image: UnsafeMutablePointer<Float>, pixelStride: Int, rowStride: Int,
    _ body: (WinogradPixels) -> Void
  ) {
    let count = edge * edge
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: count) { starts in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { strides in
        for pixel in 0..<count {
          let (y, x) = (row + pixel / edge, column + pixel % edge)
          let isInside = (0..<shape.inputHeight).contains(y) && (0..<shape.inputWidth).contains(x)
          let place: Int = (y * shape.inputWidth + x) * pixelStride
          starts.initializeElement(at: pixel, to: isInside ? image + place : zeros.pointer)
          strides.initializeElement(at: pixel, to: isInside ? rowStride : 0)
        }
        body(WinogradPixels(starts: UnsafeBufferPointer(starts), strides: UnsafeBufferPointer(strides)))
      }
    }
  }
}
