#ifndef DPTRAIN_CJPEG_SHIM_H
#define DPTRAIN_CJPEG_SHIM_H

// jpeglib.h takes these for granted.
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

#endif
