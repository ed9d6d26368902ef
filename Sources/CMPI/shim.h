#ifndef DPTRAIN_CMPI_SHIM_H
#define DPTRAIN_CMPI_SHIM_H

#include <mpi.h>

#endif
