#ifndef DPTRAIN_CXXHASH_SHIM_H
#define DPTRAIN_CXXHASH_SHIM_H

#include <xxhash.h>

#endif
