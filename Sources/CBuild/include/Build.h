#ifndef DPTRAIN_BUILD_H
#define DPTRAIN_BUILD_H

/// The commit that this program was built from, as 40 hexadecimal digits; "unknown" where it was built outside a git repository.
const char *dptrain_build_commit(void);

#endif
