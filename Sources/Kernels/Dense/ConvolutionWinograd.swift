/// A 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3): 36 products where the taps need up to 144.
///
/// It works tile by tile (4×4 outputs of all channels), so that a tile's transformed patch, products and kernel stay in the
/// second-level cache; the products are matrix products of ``RegisterTile`` form, the images of a pixel in the lanes. The
/// input gradient is the same convolution with the kernel turned by 180° and its channels exchanged.
final class ConvolutionWinograd: ConvolutionAlgorithm {
  private static let planes = WinogradTransforms.planes

  /// The floats from one plane to the next: planes a power of two apart would fall into the same few sets of the caches.
  private static func spaced(_ count: Int) -> Int { count + vectorWidth }

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
  /// What a transform keeps between columns and rows.
  private let partial: AlignedBuffer

  /// Whether this form exists and pays for a convolution: images of whole tiles, whole vectors of channels.
  static func suits(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 3 && shape.stride == 1 && shape.padding == 1
      && shape.inputHeight % WinogradTransforms.edge == 0 && shape.inputWidth % WinogradTransforms.edge == 0
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
    kernel = AlignedBuffer(count: Self.planes * Self.spaced(shape.inputChannels * shape.outputChannels))
    patches = AlignedBuffer(count: Self.planes * Self.spaced(lanes * max(shape.inputChannels, shape.outputChannels)))
    products = AlignedBuffer(count: Self.planes * Self.spaced(lanes * max(shape.inputChannels, shape.outputChannels)))
    partial = AlignedBuffer(count: WinogradTransforms.scratchCount)
  }

  private var blockCount: Int { shape.inputChannels * shape.outputChannels }
  private var kernelStride: Int { Self.spaced(blockCount) }

  /// The input with its channels innermost, for the weight gradient.
  var scratchCount: Int { input.pixels * lanes * shape.inputChannels }

  func forward(
    weights: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, sameWeights: Bool
  ) {
    if !sameWeights { transformKernel(weights, taps: tapOffsets) }
    convolve(x, input, forwardPlan, rowStride: shape.inputChannels, stepStride: 1, to: y, output, adding: false)
  }

  func inputGradient(
    weights: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    transformKernel(weights, taps: reversedTaps)
    convolve(
      yGradient, output, inputGradientPlan, rowStride: 1, stepStride: shape.inputChannels, to: xGradient, input,
      adding: adding)
  }

  private func transformKernel(_ weights: UnsafePointer<Float>, taps: [Int]) {
    WinogradTransforms.kernel(
      weights, taps: taps, count: blockCount, to: kernel.pointer, planeStride: kernelStride, scratch: partial.pointer)
  }

  /// The transformed kernel times the transformed patches of `source`.
  private func convolve(
    _ source: UnsafePointer<Float>, _ from: ActivationShape, _ plan: ProductPlan, rowStride: Int, stepStride: Int,
    to result: UnsafeMutablePointer<Float>, _ to: ActivationShape, adding: Bool
  ) {
    let (kernel, patches, products) = (kernel.pointer, patches.pointer, products.pointer)
    let patchStride = Self.spaced(from.channels * lanes)
    let productStride = Self.spaced(to.channels * lanes)
    forEachTile { tile in
      withPatch(tile, of: source, pixelStride: lanes, rowStride: from.channelStride) {
        WinogradTransforms.patch(
          $0, rows: from.channels, length: lanes, to: patches, planeStride: patchStride, scratch: partial.pointer)
      }
      for plane in 0..<Self.planes {
        plan.run(
          rows: to.channels, columns: lanes,
          operands: TileOperands(
            scalars: kernel + plane * kernelStride, rowStride: rowStride, stepStride: stepStride,
            lanes: patches + plane * patchStride, laneStride: lanes),
          result: products + plane * productStride, resultStride: lanes, adding: false)
      }
      withOutputs(tile, of: result) {
        WinogradTransforms.output(
          products, planeStride: productStride, rows: to.channels, length: lanes, to: $0, adding: adding,
          scratch: partial.pointer)
      }
    }
  }

  func weightGradient(
    x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, adding: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let channels = shape.inputChannels
    let (sums, patches, gradients) = (kernel.pointer, patches.pointer, products.pointer)
    let patchStride = Self.spaced(channels * lanes)
    let gradientStride = Self.spaced(shape.outputChannels * lanes)
    transposeChannelsInnermost(x, input, to: scratch, rowStride: channels)
    forEachTile { tile in
      withPatch(tile, of: scratch, pixelStride: lanes * channels, rowStride: channels) {
        WinogradTransforms.patch(
          $0, rows: lanes, length: channels, to: patches, planeStride: patchStride, scratch: partial.pointer)
      }
      withOutputs(tile, of: UnsafeMutablePointer(mutating: yGradient)) {
        WinogradTransforms.outputGradient(
          $0, rows: shape.outputChannels, length: lanes, to: gradients, planeStride: gradientStride,
          scratch: partial.pointer)
      }
      for plane in 0..<Self.planes {
        weightGradientPlan.run(
          rows: shape.outputChannels, columns: channels,
          operands: TileOperands(
            scalars: gradients + plane * gradientStride, rowStride: lanes, stepStride: 1,
            lanes: patches + plane * patchStride, laneStride: channels),
          result: sums + plane * kernelStride, resultStride: channels, adding: tile != (0, 0))
      }
    }
    WinogradTransforms.kernelGradient(
      sums, planeStride: kernelStride, count: blockCount, to: weightGradient, taps: tapOffsets, adding: adding,
      scratch: partial.pointer)
  }

  private typealias Tile = (row: Int, column: Int)

  private func forEachTile(_ body: (Tile) -> Void) {
    for row in 0..<shape.outputHeight / WinogradTransforms.edge {
      for column in 0..<shape.outputWidth / WinogradTransforms.edge { body((row, column)) }
    }
  }

  /// Calls `body` with what a tile reads of an image.
  private func withPatch(
    _ tile: Tile, of image: UnsafePointer<Float>, pixelStride: Int, rowStride: Int, _ body: (WinogradPixels) -> Void
  ) {
    let edge = WinogradTransforms.edge
    withPixels(
      row: tile.row * edge - 1, column: tile.column * edge - 1, edge: WinogradTransforms.patchEdge,
      of: UnsafeMutablePointer(mutating: image), pixelStride: pixelStride, rowStride: rowStride, body)
  }

  /// Calls `body` with a tile's pixels of an image with the lanes innermost.
  private func withOutputs(_ tile: Tile, of image: UnsafeMutablePointer<Float>, _ body: (WinogradPixels) -> Void) {
    let edge = WinogradTransforms.edge
    withPixels(
      row: tile.row * edge, column: tile.column * edge, edge: edge, of: image, pixelStride: lanes,
      rowStride: output.channelStride, body)
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
