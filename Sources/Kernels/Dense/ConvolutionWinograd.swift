/// A 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3): 36 products where the taps need up to 144.
///
/// It works tile by tile (4×4 outputs of all channels), so that a tile's transformed patch, products and kernel stay in the
/// second-level cache; the products are matrix products of ``RegisterTile`` form, the images of a pixel in the lanes. The
/// input gradient is the same convolution with the kernel turned by 180° and its channels exchanged.
final class ConvolutionWinograd: ConvolutionAlgorithm {
  private static let planes = Winograd.planes

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
  /// What transforms read and write of an image, and of the weights.
  private let patch = WinogradPixels(edge: Winograd.patchEdge)
  private let outputs = WinogradPixels(edge: Winograd.edge)
  private let taps = WinogradPixels(edge: Winograd.kernelEdge)

  /// Whether this form exists and pays for a convolution: images of whole tiles, whole vectors of channels.
  static func suits(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 3 && shape.stride == 1 && shape.padding == 1
      && shape.inputHeight % Winograd.edge == 0 && shape.inputWidth % Winograd.edge == 0
      && shape.inputChannels % vectorWidth == 0 && shape.outputChannels % vectorWidth == 0
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
    partial = AlignedBuffer(count: Winograd.scratchCount)
  }

  deinit {
    patch.deallocate()
    outputs.deallocate()
    taps.deallocate()
  }

  private var blockCount: Int { shape.inputChannels * shape.outputChannels }
  private var kernelStride: Int { Self.spaced(blockCount) }
  private var kernelPlanes: WinogradPlanes {
    WinogradPlanes(start: kernel.pointer, stride: kernelStride, length: blockCount)
  }

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

  private func transformKernel(_ weights: UnsafePointer<Float>, taps offsets: [Int]) {
    taps.place(taps: offsets, of: weights)
    Winograd.Kernel.transform(taps, to: kernelPlanes, length: blockCount, scratch: partial.pointer)
  }

  /// The transformed kernel times the transformed patches of `source`.
  private func convolve(
    _ source: UnsafePointer<Float>, _ from: ActivationShape, _ plan: ProductPlan, rowStride: Int, stepStride: Int,
    to result: UnsafeMutablePointer<Float>, _ to: ActivationShape, adding: Bool
  ) {
    let (kernel, patches, products) = (kernel.pointer, patches.pointer, products.pointer)
    let patchStride = Self.spaced(from.channels * lanes)
    let productStride = Self.spaced(to.channels * lanes)
    var outputs = outputs
    outputs.adding = adding
    for tile in 0..<tiles {
      place(patch, margin: 1, tile, of: source, pixelStride: lanes, rowStride: from.channelStride)
      Winograd.Patch.transform(
        patch, to: WinogradPlanes(start: patches, stride: patchStride, length: lanes), rows: from.channels,
        length: lanes, scratch: partial.pointer)
      for plane in 0..<Self.planes {
        plan.run(
          rows: to.channels, columns: lanes,
          operands: TileOperands(
            scalars: kernel + plane * kernelStride, rowStride: rowStride, stepStride: stepStride,
            lanes: patches + plane * patchStride, laneStride: lanes),
          result: products + plane * productStride, resultStride: lanes, adding: false)
      }
      place(outputs, tile, of: result, pixelStride: lanes, rowStride: to.channelStride)
      Winograd.Output.transform(
        WinogradPlanes(start: products, stride: productStride, length: lanes), to: outputs, rows: to.channels,
        length: lanes, scratch: partial.pointer)
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
    for tile in 0..<tiles {
      place(patch, margin: 1, tile, of: scratch, pixelStride: lanes * channels, rowStride: channels)
      Winograd.Patch.transform(
        patch, to: WinogradPlanes(start: patches, stride: patchStride, length: channels), rows: lanes,
        length: channels, scratch: partial.pointer)
      place(outputs, tile, of: yGradient, pixelStride: lanes, rowStride: output.channelStride)
      Winograd.OutputGradient.transform(
        outputs, to: WinogradPlanes(start: gradients, stride: gradientStride, length: lanes),
        rows: shape.outputChannels, length: lanes, scratch: partial.pointer)
      for plane in 0..<Self.planes {
        weightGradientPlan.run(
          rows: shape.outputChannels, columns: channels,
          operands: TileOperands(
            scalars: gradients + plane * gradientStride, rowStride: lanes, stepStride: 1,
            lanes: patches + plane * patchStride, laneStride: channels),
          result: sums + plane * kernelStride, resultStride: channels, adding: tile > 0)
      }
    }
    var taps = taps
    taps.adding = adding
    taps.place(taps: tapOffsets, of: weightGradient)
    Winograd.KernelGradient.transform(kernelPlanes, to: taps, length: blockCount, scratch: partial.pointer)
  }

  private var tiles: Int { shape.outputHeight / Winograd.edge * (shape.outputWidth / Winograd.edge) }

  /// Lays a square over a tile of an image and `margin` pixels around it, those outside of the image over zeros.
  private func place(
    _ pixels: WinogradPixels, margin: Int = 0, _ tile: Int, of image: UnsafePointer<Float>, pixelStride: Int,
    rowStride: Int
  ) {
    let (row, column) = tile.quotientAndRemainder(dividingBy: shape.outputWidth / Winograd.edge)
    pixels.place(
      row: row * Winograd.edge - margin, column: column * Winograd.edge - margin, of: image, height: shape.inputHeight,
      width: shape.inputWidth, pixelStride: pixelStride, rowStride: rowStride, zeros: zeros.pointer)
  }
}
