// The MPI constants that Swift cannot import: Open MPI defines its handles as casts of the addresses of global
// structures, and its buffer sentinels as casts of integers. Each becomes a function of the same name in lower case.
#ifndef DPTRAIN_CMPI_SHIM_H
#define DPTRAIN_CMPI_SHIM_H

#include <mpi.h>

#define CMPI_GETTER(TYPE, NAME, CONSTANT) \
  static inline TYPE NAME(void) { return CONSTANT; }

// Communicators
CMPI_GETTER(MPI_Comm, cmpi_comm_world, MPI_COMM_WORLD)
CMPI_GETTER(MPI_Comm, cmpi_comm_self, MPI_COMM_SELF)
CMPI_GETTER(MPI_Comm, cmpi_comm_null, MPI_COMM_NULL)

// Datatypes
CMPI_GETTER(MPI_Datatype, cmpi_byte, MPI_BYTE)
CMPI_GETTER(MPI_Datatype, cmpi_float, MPI_FLOAT)
CMPI_GETTER(MPI_Datatype, cmpi_double, MPI_DOUBLE)
CMPI_GETTER(MPI_Datatype, cmpi_int8, MPI_INT8_T)
CMPI_GETTER(MPI_Datatype, cmpi_int16, MPI_INT16_T)
CMPI_GETTER(MPI_Datatype, cmpi_int32, MPI_INT32_T)
CMPI_GETTER(MPI_Datatype, cmpi_int64, MPI_INT64_T)
CMPI_GETTER(MPI_Datatype, cmpi_uint8, MPI_UINT8_T)
CMPI_GETTER(MPI_Datatype, cmpi_uint16, MPI_UINT16_T)
CMPI_GETTER(MPI_Datatype, cmpi_uint32, MPI_UINT32_T)
CMPI_GETTER(MPI_Datatype, cmpi_uint64, MPI_UINT64_T)

// Reduction operations
CMPI_GETTER(MPI_Op, cmpi_sum, MPI_SUM)
CMPI_GETTER(MPI_Op, cmpi_product, MPI_PROD)
CMPI_GETTER(MPI_Op, cmpi_min, MPI_MIN)
CMPI_GETTER(MPI_Op, cmpi_max, MPI_MAX)
CMPI_GETTER(MPI_Op, cmpi_bitwise_and, MPI_BAND)
CMPI_GETTER(MPI_Op, cmpi_bitwise_or, MPI_BOR)
CMPI_GETTER(MPI_Op, cmpi_bitwise_xor, MPI_BXOR)
CMPI_GETTER(MPI_Op, cmpi_logical_and, MPI_LAND)
CMPI_GETTER(MPI_Op, cmpi_logical_or, MPI_LOR)

// Sentinels, requests, error handlers
CMPI_GETTER(void *, cmpi_in_place, MPI_IN_PLACE)
CMPI_GETTER(MPI_Status *, cmpi_status_ignore, MPI_STATUS_IGNORE)
CMPI_GETTER(MPI_Status *, cmpi_statuses_ignore, MPI_STATUSES_IGNORE)
CMPI_GETTER(MPI_Request, cmpi_request_null, MPI_REQUEST_NULL)
CMPI_GETTER(MPI_Info, cmpi_info_null, MPI_INFO_NULL)
CMPI_GETTER(MPI_Errhandler, cmpi_errors_return, MPI_ERRORS_RETURN)
CMPI_GETTER(MPI_Errhandler, cmpi_errors_are_fatal, MPI_ERRORS_ARE_FATAL)

#undef CMPI_GETTER
#endif
