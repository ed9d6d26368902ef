#include "AllocationCounter.h"

#include <errno.h>
#include <stdlib.h>

static _Thread_local uint64_t count;
static _Thread_local uint64_t bytes;

uint64_t allocationCount(void) { return count; }
uint64_t allocatedBytes(void) { return bytes; }

static void note(size_t size) {
  count += 1;
  bytes += size;
}

// The sanitizers have a malloc of their own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)

bool allocationCounterIsAvailable(void) { return true; }

// A definition in the executable comes before the C library's for every library of the process. glibc keeps its own
// under these names, so the blocks are glibc's, and free and the rest stay as they are.

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t number, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  note(size);
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  note(number * size);
  return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size) {
  note(size);
  return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
  note(size);
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  note(size);
  void *result = __libc_memalign(alignment, size);
  if (result == NULL) return ENOMEM;
  *block = result;
  return 0;
}

#else

bool allocationCounterIsAvailable(void) { return false; }

#endif
