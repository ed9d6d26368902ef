#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether this platform lets the counter stand between the program and malloc.
bool allocationCounterIsAvailable(void);

/// The blocks that the calling thread has taken from malloc and its relatives, in this program and in its libraries.
uint64_t allocationCount(void);

/// The sum of the sizes of these blocks in bytes, whether they were given back or not.
uint64_t allocatedBytes(void);

#endif
