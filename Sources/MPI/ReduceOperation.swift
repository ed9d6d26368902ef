import CMPI

/// How a reduction combines the values of the ranks, element by element.
///
/// MPI may combine floating-point values in any order, so sums of the same values can differ in their last bits between
/// rank counts. Bitwise and logical operations exist for integers only, and are refused for `Float` and `Double`.
/// Logical ones take any value but 0 for true, and their result is to be read in the same way.
public enum ReduceOperation: Sendable, Hashable, CaseIterable {
  case sum, product, min, max
  case bitwiseAnd, bitwiseOr, bitwiseXor
  case logicalAnd, logicalOr

  /// MPI's operation for numbers of a type.
  ///
  /// - Throws: `MPIError` where there is none: MPICH does not look at what a nonblocking call is given, and crashes.
  func handle(on type: (some MPIScalar).Type, _ routine: StaticString, rank: Int) throws(MPIError) -> MPI_Op {
    if isForIntegers, type is any FloatingPoint.Type {
      throw MPIError(
        refusing: routine, "MPI_ERR_OP: \(self) of \(type): bitwise and logical operations are for integers",
        code: MPI_ERR_OP, rank: rank)
    }
    return handle
  }

  private var isForIntegers: Bool {
    switch self {
    case .sum, .product, .min, .max: false
    case .bitwiseAnd, .bitwiseOr, .bitwiseXor, .logicalAnd, .logicalOr: true
    }
  }

  private var handle: MPI_Op {
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
