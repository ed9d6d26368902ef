import CMPI

/// A number that MPI can send and reduce.
///
/// The types are those with an MPI datatype of the same size and meaning; the package conforms them all.
public protocol MPIScalar: Numeric, BitwiseCopyable, Sendable {
  /// MPI's name for the type.
  static var datatype: MPIDatatype { get }
}

/// A handle of a predefined MPI datatype.
public struct MPIDatatype {
  let handle: MPI_Datatype

  init(_ handle: MPI_Datatype) {
    self.handle = handle
  }
}

extension Float: MPIScalar {
  public static var datatype: MPIDatatype { MPIDatatype(cmpi_float()) }
}

extension Double: MPIScalar {
  public static var datatype: MPIDatatype { MPIDatatype(cmpi_double()) }
}

extension Int8: MPIScalar {
  public static var datatype: MPIDatatype { MPIDatatype(cmpi_int8()) }
}

extension Int16: MPIScalar {
  public static var datatype: MPIDatatype { MPIDatatype(cmpi_int16()) }
}

extension Int32: MPIScalar {
  public static var datatype: MPIDatatype { MPIDatatype(cmpi_int32()) }
}

extension Int64: MPIScalar {
  public static var datatype: MPIDatatype { MPIDatatype(cmpi_int64()) }
}

extension Int: MPIScalar {
  public static var datatype: MPIDatatype {
    MPIDatatype(MemoryLayout<Int>.size == 8 ? cmpi_int64() : cmpi_int32())
  }
}

extension UInt8: MPIScalar {
  public static var datatype: MPIDatatype { MPIDatatype(cmpi_uint8()) }
}

extension UInt16: MPIScalar {
  public static var datatype: MPIDatatype { MPIDatatype(cmpi_uint16()) }
}

extension UInt32: MPIScalar {
  public static var datatype: MPIDatatype { MPIDatatype(cmpi_uint32()) }
}

extension UInt64: MPIScalar {
  public static var datatype: MPIDatatype { MPIDatatype(cmpi_uint64()) }
}

extension UInt: MPIScalar {
  public static var datatype: MPIDatatype {
    MPIDatatype(MemoryLayout<UInt>.size == 8 ? cmpi_uint64() : cmpi_uint32())
  }
}
