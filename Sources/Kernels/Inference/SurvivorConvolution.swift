/// A convolution of a microbatch by its surviving weights, one after the other.
public final class SurvivorConvolution: Sendable {
  public let shape: ConvolutionShape
  private let input: ActivationShape
  private let output: ActivationShape
  private let positions: [[Int32]]

  /// - Parameter positions: for each tap the places `o · I + i` of its survivors, ascending.
  public init(_ shape: ConvolutionShape, lanes: Int, positions: [[Int32]]) {
    self.shape = shape
    input = shape.input(lanes: lanes)
    output = shape.output(lanes: lanes)
    self.positions = positions
  }

  /// Adds the products to `y`.
  ///
  /// - Parameter weights: the survivors, tap by tap.
  public func add(weights: UnsafePointer<Float>, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>) {
    var weight = weights
    for (tap, positions) in positions.enumerated() {
      let (tapRow, tapColumn) = tap.quotientAndRemainder(dividingBy: shape.kernel)
      for position in positions {
        let (o, i) = Int(position).quotientAndRemainder(dividingBy: shape.inputChannels)
        let w = Vector(repeating: weight.pointee)
        weight += 1
        for row in 0..<output.height {
          let inputRow = row &* shape.stride &+ tapRow &- shape.padding
          guard inputRow >= 0, inputRow < input.height else { continue }
          for column in 0..<output.width {
            let inputColumn = column &* shape.stride &+ tapColumn &- shape.padding
            guard inputColumn >= 0, inputColumn < input.width else { continue }
            let from = x + i &* input.channelStride + (inputRow &* input.width &+ inputColumn) &* input.lanes
            let to = y + o &* output.channelStride + (row &* output.width &+ column) &* output.lanes
            var lane = 0
            while lane < input.lanes {
              to.setVector(lane, to.vector(lane).addingProduct(w, from.vector(lane)))
              lane &+= 16
            }
          }
        }
      }
    }
  }
}
