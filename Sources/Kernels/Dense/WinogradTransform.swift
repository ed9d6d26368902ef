/// A column or row of a square; of fewer than six vectors the rest means nothing.
typealias SixVectors = (Vector, Vector, Vector, Vector, Vector, Vector)

/// One of the transforms: from a square of `inputs` × `inputs` elements to one of `outputs` × `outputs`.
protocol WinogradTransform {
  static var inputs: Int { get }
  static var outputs: Int { get }
  /// The transform's matrix times a column.
  static func multiply(_ column: SixVectors) -> SixVectors
}

/// Where the elements of a square lie, numbered row by row of the square; each has rows (channels, or lanes) of floats.
protocol WinogradSquare {
  func load(_ element: Int, row: Int, offset: Int) -> Vector
  func store(_ element: Int, row: Int, offset: Int, _ value: Vector)
}

/// Elements as planes that lie `stride` floats apart.
struct WinogradPlanes: WinogradSquare {
  let start: UnsafeMutablePointer<Float>
  let stride: Int
  /// The floats of a row.
  let length: Int

  @inline(__always) func load(_ element: Int, row: Int, offset: Int) -> Vector {
    start.vector(element &* stride &+ row &* length &+ offset)
  }

  @inline(__always) func store(_ element: Int, row: Int, offset: Int, _ value: Vector) {
    start.setVector(element &* stride &+ row &* length &+ offset, value)
  }
}

extension WinogradTransform {
  /// Transforms `rows` rows of `length` floats, vector by vector: first down the columns, then along the rows of the square.
  @inline(never)
  static func transform<Source: WinogradSquare, Target: WinogradSquare>(
    _ source: Source, to target: Target, rows: Int = 1, length: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    let partial = WinogradPlanes(start: scratch, stride: vectorWidth, length: 0)
    for row in 0..<rows {
      for offset in VectorOffsets(length) {
        for column in 0..<inputs {
          let result = multiply(load(source, column, inputs, row, offset))
          store(result, partial, column, inputs, 0, 0)
        }
        for line in 0..<outputs {
          let result = multiply(load(partial, line &* inputs, 1, 0, 0))
          store(result, target, line &* outputs, 1, row, offset)
        }
      }
    }
  }

  @inline(__always)
  private static func load<Square: WinogradSquare>(
    _ square: Square, _ first: Int, _ step: Int, _ row: Int, _ offset: Int
  ) -> SixVectors {
    @inline(__always) func at(_ place: Int) -> Vector {
      place < inputs ? square.load(first &+ place &* step, row: row, offset: offset) : .zero
    }
    return (at(0), at(1), at(2), at(3), at(4), at(5))
  }

  @inline(__always)
  private static func store<Square: WinogradSquare>(
    _ six: SixVectors, _ square: Square, _ first: Int, _ step: Int, _ row: Int, _ offset: Int
  ) {
    @inline(__always) func put(_ place: Int, _ value: Vector) {
      if place < outputs { square.store(first &+ place &* step, row: row, offset: offset, value) }
    }
    put(0, six.0)
    put(1, six.1)
    put(2, six.2)
    put(3, six.3)
    put(4, six.4)
    put(5, six.5)
  }
}
