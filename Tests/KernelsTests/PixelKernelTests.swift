import Kernels
import TestSupport
import Testing

/// The kernels for one image against their definitions, computed in `Double`.
@Suite struct PixelKernelTests {
  /// A convolution of one image with all that follows it.
  struct Layer: Sendable, CustomTestStringConvertible {
    let shape: ConvolutionShape
    let density: Double
    let biasIsPerPixel: Bool
    let hasResidual: Bool
    let rectifies: Bool

    var testDescription: String {
      "\(shape.inputChannels)→\(shape.outputChannels), kernel \(shape.kernel), stride \(shape.stride), padding "
        + "\(shape.padding), \(shape.inputHeight)×\(shape.inputWidth), density \(density)"
    }

    var output: PixelRows { PixelRows(height: shape.outputHeight, width: shape.outputWidth) }

    /// Some of every kind: all kernels, strides and paddings, and images from a pixel to more than a band.
    static let all: [Layer] = (0..<120).compactMap { index in
      let draws = Formula.integers("layer/\(index)", count: 12, bound: 1 << 20)
      let kernel = [1, 2, 3, 5, 7][draws[0] % 5]
      let size = [1, 2, 4, 8, 16, 32]
      // Every second image is one of the usual squares, the others are odd.
      let height = index % 2 == 0 ? size[draws[1] % 6] : 1 + draws[1] % 21
      let width = index % 2 == 0 ? height : 1 + draws[2] % 40
      let padding = draws[3] % (kernel / 2 + 1)
      guard height + 2 * padding >= kernel, width + 2 * padding >= kernel else { return nil }
      return Layer(
        shape: ConvolutionShape(
          inputChannels: draws[4] % 9 == 0 ? 0 : 1 + draws[4] % 37, outputChannels: 1 + draws[5] % 70, kernel: kernel,
          stride: 1 + draws[6] % 3, padding: padding, inputHeight: height, inputWidth: width),
        density: [0, 0.01, 0.1, 0.5, 1][draws[7] % 5], biasIsPerPixel: draws[8] % 2 == 0,
        hasResidual: draws[9] % 2 == 0, rectifies: draws[10] % 2 == 0)
    }
  }

  /// Channels a stride apart, what lies between them not a number.
  private func spread(_ values: [Float], pixels: Int, stride: Int) -> AlignedBuffer {
    let channels = values.count / pixels
    let buffer = AlignedBuffer(count: channels * stride)
    buffer.elements.update(repeating: .nan)
    for index in values.indices { buffer.pointer[index / pixels * stride + index % pixels] = values[index] }
    return buffer
  }

  private func gather(_ buffer: AlignedBuffer, channels: Int, _ rows: PixelRows) -> [Float] {
    (0..<channels * rows.pixels).map { buffer.pointer[$0 / rows.pixels * rows.channelStride + $0 % rows.pixels] }
  }

  @Test("Convolutions of one image, in pixels and in channels", arguments: Layer.all)
  func convolution(layer: Layer) {
    let (shape, output) = (layer.shape, layer.output)
    let positions = (0..<shape.taps).map { tap -> [Int32] in
      let draws = Formula.integers("mask/\(tap)", count: shape.inputChannels * shape.outputChannels, bound: 1000)
      return draws.indices.filter { Double(draws[$0]) < 1000 * layer.density }.map { Int32($0) }
    }
    let values = positions.enumerated().map { Formula.uniform("weights/\($0)", count: $1.count, scale: 2) }
    let pixels = shape.inputHeight * shape.inputWidth
    let images = (0..<2).map { Formula.uniform("image/\($0)", count: shape.inputChannels * pixels, scale: 2) }
    let biasPixels = layer.biasIsPerPixel ? output.pixels : 1
    let bias = Formula.uniform("bias", count: shape.outputChannels * biasPixels, scale: 2)
    let residualCount = shape.outputChannels + 3
    let residual = Formula.uniform("residual", count: residualCount * output.pixels, scale: 2)
    let residualChannels: [Int32]? =
      layer.hasResidual
      ? Formula.integers("channels", count: shape.outputChannels, bound: residualCount + 1).map { Int32($0) - 1 } : nil

    let epilogue = PixelEpilogue(
      output, bias: bias, biasPixels: biasPixels, residualChannels: residualChannels, rectifies: layer.rectifies)
    let inPixels = PixelConvolution(shape, positions: positions, values: values, epilogue: epilogue)
    let inChannels =
      output.vectors == 1
      ? ChannelConvolution(shape, positions: positions, values: values, epilogue: epilogue) : nil
    let stride = pixels + 5
    let added = spread(residual, pixels: output.pixels, stride: output.channelStride)
    // The second image must not see what the first left behind.
    for image in images {
      var sums = (0..<shape.outputChannels * output.pixels).map { index -> Double in
        let (o, pixel) = index.quotientAndRemainder(dividingBy: output.pixels)
        let channel = Int(residualChannels?[o] ?? -1)
        return Double(bias[layer.biasIsPerPixel ? index : o])
          + (channel < 0 ? 0 : Double(residual[channel * output.pixels + pixel]))
      }
      var sizes = sums.map(\.magnitude)
      for (tap, places) in positions.enumerated() {
        for (place, weight) in zip(places, values[tap]) {
          let (o, i) = Int(place).quotientAndRemainder(dividingBy: shape.inputChannels)
          for pixel in 0..<output.pixels {
            let row = pixel / output.width * shape.stride + tap / shape.kernel - shape.padding
            let column = pixel % output.width * shape.stride + tap % shape.kernel - shape.padding
            guard (0..<shape.inputHeight).contains(row), (0..<shape.inputWidth).contains(column) else { continue }
            let product = Double(weight) * Double(image[i * pixels + row * shape.inputWidth + column])
            sums[o * output.pixels + pixel] += product
            sizes[o * output.pixels + pixel] += product.magnitude
          }
        }
      }
      let x = spread(image, pixels: pixels, stride: stride)
      let y = AlignedBuffer(count: shape.outputChannels * output.channelStride)
      func compare(_ name: String) {
        for (index, actual) in gather(y, channels: shape.outputChannels, output).enumerated() {
          let expected = layer.rectifies ? max(0, sums[index]) : sums[index]
          let error = (Double(actual) - expected).magnitude
          guard !(error <= 1e-5 * (sizes[index] + 1e-3)) else { continue }
          Issue.record("\(name), element \(index): \(actual), expected \(expected)")
          return
        }
      }
      inPixels.forward(x: x.pointer, stride: stride, residual: added.pointer, y: y.pointer)
      compare("pixels")
      guard let inChannels else { continue }
      y.elements.update(repeating: .nan)
      inChannels.forward(x: x.pointer, stride: stride, residual: added.pointer, y: y.pointer)
      compare("channels")
      keepAlive(x, y)
    }
    keepAlive(added)
  }

  @Test(
    "Max pooling of one image", arguments: [(1, 1), (2, 3), (4, 4), (7, 9), (8, 8), (16, 16), (5, 33)],
    [(3, 2, 1), (2, 2, 0), (3, 1, 1)])
  func maxPooling(size: (Int, Int), window: (Int, Int, Int)) {
    let input = PixelRows(height: size.0, width: size.1)
    let (kernel, stride, padding) = window
    guard size.0 + 2 * padding >= kernel, size.1 + 2 * padding >= kernel else { return }
    let output = PixelRows(
      height: (size.0 + 2 * padding - kernel) / stride + 1, width: (size.1 + 2 * padding - kernel) / stride + 1)
    var image = Formula.uniform("pooled", count: 3 * input.pixels, scale: 2, offset: -3)
    image[0] = .nan
    let x = spread(image, pixels: input.pixels, stride: input.channelStride)
    let y = AlignedBuffer(count: 3 * output.channelStride)
    PixelMaxPooling(channels: 3, input, kernel: kernel, stride: stride, padding: padding)
      .forward(x: x.pointer, y: y.pointer)
    let expected = (0..<3 * output.pixels).map { index -> Float in
      let (channel, pixel) = index.quotientAndRemainder(dividingBy: output.pixels)
      var largest = -Float.infinity
      for tap in 0..<kernel * kernel {
        let row = pixel / output.width * stride + tap / kernel - padding
        let column = pixel % output.width * stride + tap % kernel - padding
        guard (0..<input.height).contains(row), (0..<input.width).contains(column) else { continue }
        let value = image[channel * input.pixels + row * input.width + column]
        largest = value > largest || value.isNaN ? value : largest
      }
      return largest
    }
    let actual = gather(y, channels: 3, output)
    // A NaN is one in both; everything else is equal.
    #expect(zip(actual, expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
    keepAlive(x, y)
  }

  @Test("The average of one image", arguments: [(1, 1), (2, 2), (4, 4), (7, 9)])
  func averagePooling(size: (Int, Int)) {
    let input = PixelRows(height: size.0, width: size.1)
    let image = Formula.uniform("averaged", count: 5 * input.pixels, scale: 2)
    let x = spread(image, pixels: input.pixels, stride: input.channelStride)
    let output = PixelRows(height: 1, width: 1)
    let y = AlignedBuffer(count: 5 * output.channelStride)
    PixelAveragePooling(channels: 5, input).forward(x: x.pointer, y: y.pointer)
    for channel in 0..<5 {
      let mean = image[channel * input.pixels..<(channel + 1) * input.pixels].reduce(0.0) { $0 + Double($1) }
      #expect((Double(y.pointer[channel * output.channelStride]) - mean / Double(input.pixels)).magnitude < 1e-6)
    }
    keepAlive(x, y)
  }

  @Test("Images that follow each other come into lanes", arguments: [1, 15, 16, 17, 48, 64], [(32, 32), (3, 7)])
  func lanes(count: Int, size: (Int, Int)) {
    let lanes = (count + 15) / 16 * 16
    let shape = ActivationShape(channels: 3, height: size.0, width: size.1, lanes: lanes)
    let images = Formula.uniform("images", count: count * 3 * shape.pixels, scale: 2)
    let expected = Activations(shape, images)
    let x = Activations(shape)
    let loader = ImageLanes(shape)
    images.withUnsafeBufferPointer { images in
      guard let images = images.baseAddress else { return }
      loader.fill(images, count: count, into: x.pointer)
    }
    #expect(x.marginsAreUntouched)
    #expect(Array(x.images.prefix(images.count)) == Array(expected.images.prefix(images.count)))
  }

  @Test("What follows a dense convolution", arguments: [1, 12], [false, true])
  func epilogue(biasPixels: Int, rectifies: Bool) {
    let shape = ActivationShape(channels: 5, height: 3, width: 4, lanes: 32)
    let bias = Formula.uniform("bias", count: 5 * biasPixels, scale: 2)
    let x = Formula.uniform("x", count: 32 * 5 * 12, scale: 2)
    let residual = Formula.uniform("residual", count: 32 * 5 * 12, scale: 2)
    let epilogue = ActivationEpilogue(shape, biasPixels: biasPixels, rectifies: rectifies)
    for (hasInput, hasResidual) in [(true, true), (true, false), (false, true), (false, false)] {
      let y = Activations(shape)
      let (from, added) = (Activations(shape, x), Activations(shape, residual))
      bias.withUnsafeBufferPointer { bias in
        guard let bias = bias.baseAddress else { return }
        epilogue(
          x: hasInput ? UnsafePointer(from.pointer) : nil, bias: bias,
          residual: hasResidual ? UnsafePointer(added.pointer) : nil, y: y.pointer)
      }
      let expected = x.indices.map { index -> Float in
        let channel = index / 12 % 5
        let sum =
          bias[biasPixels == 1 ? channel : channel * 12 + index % 12] + (hasInput ? x[index] : 0)
          + (hasResidual ? residual[index] : 0)
        return rectifies ? max(0, sum) : sum
      }
      #expect(y.marginsAreUntouched && zip(y.images, expected).allSatisfy { ($0 - $1).magnitude < 1e-6 })
      keepAlive(from, added)
    }
  }
}
