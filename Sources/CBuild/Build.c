#include "Build.h"

const char *dptrain_build_commit(void) { return DPTRAIN_BUILD_COMMIT; }
