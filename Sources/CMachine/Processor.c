#define _GNU_SOURCE  // program_invocation_short_name

#include "ProcessorFeatures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(processor_feature_count <= 64, "a set of features is a 64-bit integer");

const char *processor_feature_name(int position) {
#define PROCESSOR_NAME(name, ...) #name,
  static const char *const names[] = {PROCESSOR_FEATURES(PROCESSOR_NAME)};
#undef PROCESSOR_NAME
  return position >= 0 && position < processor_feature_count ? names[position] : NULL;
}

#if defined(__x86_64__)

#include <cpuid.h>

/// The registers that the operating system saves, as XGETBV reports them.
enum {
  state_general = 0,
  state_ymm = 0x6,
  state_zmm = 0xe6,
  state_extended = 0x80000,
};

static uint64_t saved_registers(void) {
  unsigned eax, ebx, ecx, edx;
  const unsigned osxsave = 1u << 27;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & osxsave)) return 0;
  __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
  return (uint64_t)edx << 32 | eax;
}

uint64_t processor_features_available(void) {
  const uint64_t saved = saved_registers();
  uint64_t features = 0;
  unsigned eax, ebx, ecx, edx;
#define PROCESSOR_EXAMINE(name, macro, leaf, subleaf, register, bit, state) \
  if ((saved & state_##state) == state_##state && __get_cpuid_count(leaf, subleaf, &eax, &ebx, &ecx, &edx) && \
      (register >> bit & 1)) \
    features |= (uint64_t)1 << processor_position_##name;
  PROCESSOR_FEATURES(PROCESSOR_EXAMINE)
#undef PROCESSOR_EXAMINE
  return features;
}

const char *processor_name(void) {
  static char name[49];
  if (name[0] == 0) {
    unsigned words[12] = {0};
    for (unsigned part = 0; part < 3; part++) {
      unsigned *w = words + 4 * part;
      if (!__get_cpuid(0x80000002 + part, w, w + 1, w + 2, w + 3)) return "x86-64";
    }
    const char *text = (const char *)words;
    while (*text == ' ' && text < (const char *)words + 47) text++;
    snprintf(name, sizeof name, "%.48s", text);
    for (size_t length = strlen(name); length > 0 && name[length - 1] == ' '; length--) name[length - 1] = 0;
  }
  return name[0] ? name : "x86-64";
}

/// The first register of leaf 1: stepping, model and family, the latter two in two parts each.
static unsigned signature(void) {
  unsigned eax = 0, ebx, ecx, edx;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) ? eax : 0;
}

unsigned processor_family(void) { return (signature() >> 8 & 0xf) + (signature() >> 20 & 0xff); }

unsigned processor_model(void) { return (signature() >> 4 & 0xf) | (signature() >> 12 & 0xf0); }

/// The widest of the architecture's standard levels that the features hold.
static const char *standard_level(uint64_t features) {
#define HAS(name) (features >> processor_position_##name & 1)
  const int v2 = HAS(cx16) && HAS(lahf) && HAS(popcnt) && HAS(sse3) && HAS(ssse3) && HAS(sse4_1) && HAS(sse4_2);
  const int v3 = v2 && HAS(avx) && HAS(avx2) && HAS(bmi) && HAS(bmi2) && HAS(f16c) && HAS(fma) && HAS(lzcnt) && HAS(movbe);
  const int v4 = v3 && HAS(avx512f) && HAS(avx512bw) && HAS(avx512cd) && HAS(avx512dq) && HAS(avx512vl);
#undef HAS
  return v4 ? "x86-64-v4" : v3 ? "x86-64-v3" : v2 ? "x86-64-v2" : "x86-64";
}

#else

uint64_t processor_features_available(void) { return ~(uint64_t)0; }

#if defined(__aarch64__)
const char *processor_name(void) { return "AArch64"; }
#else
const char *processor_name(void) { return "unknown"; }
#endif

unsigned processor_family(void) { return 0; }
unsigned processor_model(void) { return 0; }

static const char *standard_level(uint64_t features) {
  (void)features;
  return "native";
}

#endif

void processor_exit_if_missing(uint64_t built_for) {
  const uint64_t available = processor_features_available();
  const uint64_t missing = built_for & ~available;
  if (missing == 0) return;
  fprintf(stderr, "%s: this program is built for a CPU with", program_invocation_short_name);
  const char *separator = " ";
  for (int position = 0; position < processor_feature_count; position++) {
    if ((missing >> position & 1) == 0) continue;
    fprintf(stderr, "%s%s", separator, processor_feature_name(position));
    separator = ", ";
  }
  fprintf(stderr, ", which this one (%s) lacks. ", processor_name());
  fprintf(stderr, "Build it here, or elsewhere with DPTRAIN_MARCH=%s in the environment.\n", standard_level(available));
  exit(1);
}
