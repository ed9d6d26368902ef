/// The weights of a layer that are not zero and meet more than padding.
public struct SurvivingWeights: Sendable, Equatable {
  /// For each tap, row by row of the kernel, the places `o · I + i` of the survivors, ascending.
  public let positions: [[Int32]]
  /// For each tap, the survivors' values.
  public let values: [[Float]]

  public init(positions: [[Int32]], values: [[Float]]) {
    precondition(positions.map(\.count) == values.map(\.count), "every survivor has a place and a value")
    self.positions = positions
    self.values = values
  }

  public var count: Int { positions.reduce(0) { $0 + $1.count } }
}

/// What is added to every pixel of an output channel, or to each of its pixels.
///
/// A constant input channel gives the pixels at the border, where padding takes its place, another share than those inside.
public struct FoldedBias: Sendable, Equatable {
  /// `[O]`, or `[O][pixel]`.
  public let values: [Float]
  /// 1, or the output's pixels.
  public let pixels: Int

  public init(values: [Float], pixels: Int) {
    self.values = values
    self.pixels = pixels
  }

  /// The bias of a channel at a pixel.
  public subscript(channel: Int, pixel: Int) -> Float {
    pixels == 1 ? values[channel] : values[channel * pixels + pixel]
  }

  /// From one map a channel: one value a channel where every map is the same everywhere, or else all of them.
  init(maps: [[Float]], pixels: Int) {
    if maps.allSatisfy({ map in map.allSatisfy { $0 == map[0] } }) {
      self.init(values: maps.map { $0[0] }, pixels: 1)
    } else {
      self.init(values: maps.flatMap { $0 }, pixels: pixels)
    }
  }
}
