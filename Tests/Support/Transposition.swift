extension [Float] {
  /// The transpose of this matrix of `rows` rows, row by row.
  ///
  /// It is the step between PyTorch's orders and ours: images N×C×H×W of N rows become C×H×W×N, a convolution's weight
  /// O×I×kh×kw of O·I rows becomes [tap][O][I]; and back, with the other number of rows.
  public func transposed(rows: Int) -> [Float] {
    let columns = count / rows
    return [Float](unsafeUninitializedCapacity: count) { target, initialized in
      for row in 0..<rows {
        for column in 0..<columns { target[column * rows + row] = self[row * columns + column] }
      }
      initialized = count
    }
  }
}
