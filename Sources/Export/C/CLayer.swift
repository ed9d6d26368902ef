import Inference
import Kernels

/// The tables that an exported C file holds for one layer.
struct CLayer {
  /// The bytes of unfolded rows in a block.
  private static let blockBytes = 24 << 10
  /// The floats of a row that are computed together, at most.
  private static let largestBand = 128
  /// Output channels that are computed together where all their weights are multiplied.
  private static let largestTile = 64

  let layer: FoldedLayer
  /// What its tables begin with.
  let name: String
  let plane: CPlane
  /// The input channels that are read, and for each row where it begins in their padded planes.
  let channels: [Int]
  let sources: [Int]
  let rowsPerBlock: Int
  /// The output's rows that are computed together.
  let band: Int
  /// 0, or how many output channels are computed together, zeros included.
  let tile: Int
  private(set) var weights: [Float] = []
  private(set) var places: [Int] = []
  private(set) var counts: [Int] = []

  init(_ layer: FoldedLayer) {
    self.layer = layer
    name = layer.name.replacing(".", with: "_")
    let shape = layer.shape
    let (height, width) = (shape.outputHeight, shape.outputWidth)
    band = min(height, max(1, Self.largestBand / width))
    precondition(height % band == 0, "\(height) rows are no whole bands of \(band)")
    let plane = CPlane(
      height: shape.inputHeight, width: shape.inputWidth, padding: shape.padding, stride: shape.stride)
    self.plane = plane
    let list = SurvivorList(shape, positions: layer.weights.positions, values: layer.weights.values)
    var channels: [Int] = []
    for pair in list.pairs where channels.last != pair.channel { channels.append(pair.channel) }
    self.channels = channels
    let numbers = Dictionary(uniqueKeysWithValues: channels.enumerated().map { ($1, $0) })
    sources = list.pairs.map { pair in
      (numbers[pair.channel] ?? 0) * plane.floats
        + plane.run(row: pair.tap / shape.kernel, column: pair.tap % shape.kernel)
    }
    let floats = band * width
    if ChannelConvolution.isPreferred(shape, survivors: layer.weights.count) {
      tile = shape.outputChannels > vectorWidth ? Self.largestTile : vectorWidth
      rowsPerBlock = max(1, sources.count)
      let tiles = (shape.outputChannels + tile - 1) / tile
      weights = [Float](repeating: 0, count: tiles * sources.count * tile)
      for entry in list.entries {
        let (number, lane) = entry.output.quotientAndRemainder(dividingBy: tile)
        weights[(number * sources.count + entry.row) * tile + lane] = entry.weight
      }
      return
    }
    tile = 0
    let rowsPerBlock = Self.blockBytes / (4 * floats)
    self.rowsPerBlock = rowsPerBlock
    let blocks = (sources.count + rowsPerBlock - 1) / rowsPerBlock
    counts = [Int](repeating: 0, count: blocks * shape.outputChannels)
    let sorted = list.entries.sorted {
      ($0.row / rowsPerBlock, $0.output, $0.row) < ($1.row / rowsPerBlock, $1.output, $1.row)
    }
    for entry in sorted {
      counts[entry.row / rowsPerBlock * shape.outputChannels + entry.output] += 1
      weights.append(entry.weight)
      places.append(entry.row % rowsPerBlock * floats)
    }
  }

  /// The floats that its padded channels take.
  var paddedFloats: Int { channels.count * plane.floats }
  /// The floats that a block of unfolded rows takes.
  var unfoldedFloats: Int { min(rowsPerBlock, sources.count) * band * layer.shape.outputWidth }

  private var residual: [Int32]? { layer.residual?.channels }

  /// The bytes of its tables.
  var tableSize: Int {
    4 * (weights.count + sources.count + layer.bias.values.count)
      + 2 * (places.count + counts.count + channels.count + (residual?.count ?? 0))
  }

  /// Its tables in C.
  var tables: String {
    let shape = layer.shape
    var text = CText.table("float", "\(name)_weights", weights)
    text += CText.table("uint16_t", "\(name)_places", places)
    text += CText.table("uint16_t", "\(name)_counts", counts)
    text += CText.table("uint32_t", "\(name)_sources", sources)
    text += CText.table("uint16_t", "\(name)_channels", channels)
    text += CText.table("float", "\(name)_bias", layer.bias.values)
    if let residual { text += CText.table("int16_t", "\(name)_residual", residual.map { Int($0) }) }
    let numbers = [
      channels.count, sources.count, rowsPerBlock, shape.outputChannels, layer.bias.pixels, layer.rectifies ? 1 : 0,
      shape.inputHeight, shape.inputWidth, shape.padding, shape.stride, plane.phase, plane.row, plane.floats,
      shape.outputHeight, shape.outputWidth, band, tile,
    ]
    let arrays = ["weights", "places", "counts", "sources", "channels", "bias"].map { "\(name)_\($0)" }
    text += """
      static const struct layer \(name) = {
        \(arrays.joined(separator: ", ")), \(residual == nil ? "NULL" : "\(name)_residual"),
        \(numbers.map(String.init).joined(separator: ", ")),
      };
      """
    return text
  }
}

/// How a channel lies in memory with padding around it, a row's columns sorted by their remainder modulo the stride.
struct CPlane {
  let stride: Int
  /// The floats of a row's columns of one remainder.
  let phase: Int
  let row: Int
  let floats: Int

  init(height: Int, width: Int, padding: Int, stride: Int) {
    self.stride = stride
    phase = (width + 2 * padding + stride - 1) / stride
    row = stride * phase
    floats = (height + 2 * padding) * row
  }

  /// Where the run begins that a tap meets along the first row of the output.
  func run(row: Int, column: Int) -> Int { row * self.row + column % stride * phase + column / stride }
}
