// One face for Swift over every implementation of MPI.
//
// Constants that Swift cannot import become functions of the same name in lower case: Open MPI defines its handles as
// casts of the addresses of global structures, MPICH as casts of integers, and both their buffer sentinels as casts.
#ifndef DPTRAIN_CMPI_SHIM_H
#define DPTRAIN_CMPI_SHIM_H

#include <mpi.h>
#include <stdbool.h>
// For the module's Swift, on every system's C library: getenv, setenv, exit; fflush; gethostname, usleep, write.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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
CMPI_GETTER(MPI_Request, cmpi_request_null, MPI_REQUEST_NULL)
CMPI_GETTER(MPI_Info, cmpi_info_null, MPI_INFO_NULL)
CMPI_GETTER(MPI_Errhandler, cmpi_errors_return, MPI_ERRORS_RETURN)

#ifdef OPEN_MPI
CMPI_GETTER(bool, cmpi_is_open_mpi, true)
#else
CMPI_GETTER(bool, cmpi_is_open_mpi, false)
#endif
#undef CMPI_GETTER

// Handles that MPI writes. As variables of their own Open MPI's are optional pointers in Swift and MPICH's integers; as
// members of a structure, `&box.handle` is what MPI takes for both.
typedef struct { MPI_Comm handle; } CMPIComm;
typedef struct { MPI_Request handle; } CMPIRequest;

// The standard's name for an error code's class, which only Open MPI's texts begin with.
static inline const char *cmpi_error_name(int code) {
  int kind = MPI_ERR_UNKNOWN;
  MPI_Error_class(code, &kind);
#define CMPI_NAME(CLASS) if (kind == CLASS) { return #CLASS; }
  CMPI_NAME(MPI_ERR_BUFFER) CMPI_NAME(MPI_ERR_COUNT) CMPI_NAME(MPI_ERR_TYPE) CMPI_NAME(MPI_ERR_TAG)
  CMPI_NAME(MPI_ERR_COMM) CMPI_NAME(MPI_ERR_RANK) CMPI_NAME(MPI_ERR_ROOT) CMPI_NAME(MPI_ERR_GROUP)
  CMPI_NAME(MPI_ERR_OP) CMPI_NAME(MPI_ERR_ARG) CMPI_NAME(MPI_ERR_TRUNCATE) CMPI_NAME(MPI_ERR_OTHER)
  CMPI_NAME(MPI_ERR_INTERN) CMPI_NAME(MPI_ERR_REQUEST) CMPI_NAME(MPI_ERR_PENDING) CMPI_NAME(MPI_ERR_NO_MEM)
#undef CMPI_NAME
  return "MPI_ERR_UNKNOWN";
}
#endif
