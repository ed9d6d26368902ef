#ifndef DPTRAIN_CPNG_SHIM_H
#define DPTRAIN_CPNG_SHIM_H

#include <png.h>

#endif
