internal import COpenBLAS

/// A row-major matrix as a factor of a product.
struct MatrixFactor {
  let elements: UnsafePointer<Float>
  /// From one row to the next, in floats.
  let stride: Int
  /// Whether the factor is the matrix's transpose.
  var transposed = false
}

/// `C = A B`, or `C += A B`, by OpenBLAS.
///
/// - Parameters:
///   - rows: those of `A` and `C`.
///   - columns: those of `B` and `C`.
///   - depth: the columns of `A` and rows of `B`.
func multiplyMatrices(
  _ a: MatrixFactor, _ b: MatrixFactor, rows: Int, columns: Int, depth: Int, into c: UnsafeMutablePointer<Float>,
  stride: Int, adding: Bool
) {
  cblas_sgemm(
    CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans, blasint(rows),
    blasint(columns), blasint(depth), 1, a.elements, blasint(a.stride), b.elements, blasint(b.stride), adding ? 1 : 0,
    c, blasint(stride))
}
