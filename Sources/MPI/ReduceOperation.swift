import CMPI

/// How a reduction combines the values of the ranks, element by element.
///
/// MPI may combine floating-point values in any order, so sums of the same values can differ in their last bits between
/// rank counts. Bitwise and logical operations exist for integers only; MPI refuses them for `Float` and `Double`.
/// Logical ones take any value but 0 for true, and their result is to be read in the same way.
public enum ReduceOperation: Sendable, Hashable, CaseIterable {
  case sum, product, min, max
  case bitwiseAnd, bitwiseOr, bitwiseXor
  case logicalAnd, logicalOr

  var handle: MPI_Op {
    switch self {
    case .sum: cmpi_sum()
    case .product: cmpi_product()
    case .min: cmpi_min()
    case .max: cmpi_max()
    case .bitwiseAnd: cmpi_bitwise_and()
    case .bitwiseOr: cmpi_bitwise_or()
    case .bitwiseXor: cmpi_bitwise_xor()
    case .logicalAnd: cmpi_logical_and()
    case .logicalOr: cmpi_logical_or()
    }
  }
}
