import Kernels
import TestSupport
import Testing

@Suite struct TranspositionTests {
  @Test(
    "Channels become innermost, filled up with zeros", arguments: [1, 2, 15, 16, 17, 32, 40],
    [(1, 16), (3, 16), (1, 48), (9, 32), (4, 64)])
  func transposes(channels: Int, _ size: (pixels: Int, lanes: Int)) {
    let shape = ActivationShape(channels: channels, height: 1, width: size.pixels, lanes: size.lanes)
    let source = Activations(shape, Formula.uniform("source", count: channels * size.pixels * size.lanes, scale: 2))
    let width = (channels + 15) / 16 * 16
    let rowStride = width + 16
    let rows = size.pixels * size.lanes
    let target = AlignedBuffer(count: rows * rowStride)
    defer { keepAlive(source, target) }
    target.elements.update(repeating: .nan)
    transposeChannelsInnermost(source.pointer, shape, to: target.pointer, rowStride: rowStride)
    var wrong = 0
    for row in 0..<rows {
      for column in 0..<rowStride {
        let found = target.pointer[row * rowStride + column]
        let isRight =
          column < channels
          ? found == source.pointer[column * shape.channelStride + row] : column < width ? found == 0 : found.isNaN
        if !isRight { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }
}
