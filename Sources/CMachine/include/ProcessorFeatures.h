#ifndef DPTRAIN_PROCESSOR_FEATURES_H
#define DPTRAIN_PROCESSOR_FEATURES_H

#include <stdint.h>

/// The instruction set extensions that a compiler uses by itself once `-march` allows them.
///
/// Extensions that only hand-written code asks for (RDSEED, AMX, CLZERO, …) are left out: a virtual machine may hide them
/// although nothing here would ever execute them.
///
/// Columns: name; the macro that the compiler predefines; where CPUID reports it: leaf, subleaf, register, bit; the
/// registers that the operating system must save for it.
///
/// AVX10 has a version number in place of a bit; of 2 and 3, which include AVX10.2, bit 1 is set.
#define PROCESSOR_FEATURES(X) \
  X(cx16, __GCC_HAVE_SYNC_COMPARE_AND_SWAP_16, 1, 0, ecx, 13, general) \
  X(lahf, __LAHF_SAHF__, 0x80000001, 0, ecx, 0, general) \
  X(popcnt, __POPCNT__, 1, 0, ecx, 23, general) \
  X(sse3, __SSE3__, 1, 0, ecx, 0, general) \
  X(ssse3, __SSSE3__, 1, 0, ecx, 9, general) \
  X(sse4_1, __SSE4_1__, 1, 0, ecx, 19, general) \
  X(sse4_2, __SSE4_2__, 1, 0, ecx, 20, general) \
  X(sse4a, __SSE4A__, 0x80000001, 0, ecx, 6, general) \
  X(movbe, __MOVBE__, 1, 0, ecx, 22, general) \
  X(lzcnt, __LZCNT__, 0x80000001, 0, ecx, 5, general) \
  X(bmi, __BMI__, 7, 0, ebx, 3, general) \
  X(bmi2, __BMI2__, 7, 0, ebx, 8, general) \
  X(tbm, __TBM__, 0x80000001, 0, ecx, 21, general) \
  X(adx, __ADX__, 7, 0, ebx, 19, general) \
  X(prfchw, __PRFCHW__, 0x80000001, 0, ecx, 8, general) \
  X(movdiri, __MOVDIRI__, 7, 0, ecx, 27, general) \
  X(aes, __AES__, 1, 0, ecx, 25, general) \
  X(pclmul, __PCLMUL__, 1, 0, ecx, 1, general) \
  X(sha, __SHA__, 7, 0, ebx, 29, general) \
  X(gfni, __GFNI__, 7, 0, ecx, 8, general) \
  X(egpr, __EGPR__, 7, 1, edx, 21, extended) \
  X(avx, __AVX__, 1, 0, ecx, 28, ymm) \
  X(avx2, __AVX2__, 7, 0, ebx, 5, ymm) \
  X(fma, __FMA__, 1, 0, ecx, 12, ymm) \
  X(f16c, __F16C__, 1, 0, ecx, 29, ymm) \
  X(fma4, __FMA4__, 0x80000001, 0, ecx, 16, ymm) \
  X(xop, __XOP__, 0x80000001, 0, ecx, 11, ymm) \
  X(vaes, __VAES__, 7, 0, ecx, 9, ymm) \
  X(vpclmulqdq, __VPCLMULQDQ__, 7, 0, ecx, 10, ymm) \
  X(avxvnni, __AVXVNNI__, 7, 1, eax, 4, ymm) \
  X(avxifma, __AVXIFMA__, 7, 1, eax, 23, ymm) \
  X(avxvnniint8, __AVXVNNIINT8__, 7, 1, edx, 4, ymm) \
  X(avxvnniint16, __AVXVNNIINT16__, 7, 1, edx, 10, ymm) \
  X(avxneconvert, __AVXNECONVERT__, 7, 1, edx, 5, ymm) \
  X(avx512f, __AVX512F__, 7, 0, ebx, 16, zmm) \
  X(avx512cd, __AVX512CD__, 7, 0, ebx, 28, zmm) \
  X(avx512bw, __AVX512BW__, 7, 0, ebx, 30, zmm) \
  X(avx512dq, __AVX512DQ__, 7, 0, ebx, 17, zmm) \
  X(avx512vl, __AVX512VL__, 7, 0, ebx, 31, zmm) \
  X(avx512ifma, __AVX512IFMA__, 7, 0, ebx, 21, zmm) \
  X(avx512vbmi, __AVX512VBMI__, 7, 0, ecx, 1, zmm) \
  X(avx512vbmi2, __AVX512VBMI2__, 7, 0, ecx, 6, zmm) \
  X(avx512vnni, __AVX512VNNI__, 7, 0, ecx, 11, zmm) \
  X(avx512bitalg, __AVX512BITALG__, 7, 0, ecx, 12, zmm) \
  X(avx512vpopcntdq, __AVX512VPOPCNTDQ__, 7, 0, ecx, 14, zmm) \
  X(avx512vp2intersect, __AVX512VP2INTERSECT__, 7, 0, edx, 8, zmm) \
  X(avx512bf16, __AVX512BF16__, 7, 1, eax, 5, zmm) \
  X(avx512fp16, __AVX512FP16__, 7, 0, edx, 23, zmm) \
  X(avx10_2, __AVX10_2__, 0x24, 0, ebx, 1, zmm)

/// The position of each feature in a set of them.
enum {
#define PROCESSOR_POSITION(name, ...) processor_position_##name,
  PROCESSOR_FEATURES(PROCESSOR_POSITION)
#undef PROCESSOR_POSITION
    processor_feature_count
};

// 1 for a macro that is defined as 1, 0 for one that is not defined: only `PROCESSOR_PLACEHOLDER_1` brings a comma along,
// which moves the 1 to the second place.
#define PROCESSOR_PLACEHOLDER_1 0,
#define PROCESSOR_SECOND(first, second, ...) second
#define PROCESSOR_IS_ONE_EXPANDED(placeholder) PROCESSOR_SECOND(placeholder 1, 0, 0)
#define PROCESSOR_IS_ONE_JOINED(value) PROCESSOR_IS_ONE_EXPANDED(PROCESSOR_PLACEHOLDER_##value)
#define PROCESSOR_IS_ONE(value) PROCESSOR_IS_ONE_JOINED(value)

/// The features that the code which includes this header is compiled for. The set differs from caller to caller, with the
/// caller's `-march`. Empty on processors other than x86-64.
static inline uint64_t processor_features_built_for(void) {
#if defined(__x86_64__)
#define PROCESSOR_BIT(name, macro, ...) | (uint64_t)PROCESSOR_IS_ONE(macro) << processor_position_##name
  return 0 PROCESSOR_FEATURES(PROCESSOR_BIT);
#undef PROCESSOR_BIT
#else
  return 0;
#endif
}

/// The features that this CPU has and whose registers the operating system saves. All on processors other than x86-64,
/// which are not examined.
uint64_t processor_features_available(void);

/// The feature's name as compilers spell it, or null beyond the last one.
const char *processor_feature_name(int position);

/// What the CPU calls itself (`AMD EPYC 9355 32-Core Processor`), or the architecture's name where it does not say.
/// Valid for the life of the process.
const char *processor_name(void);

/// The generation of an x86 CPU as it and the kernel number it, such as 25 and 17 for AMD's Zen 4. 0 on other CPUs.
unsigned processor_family(void);
unsigned processor_model(void);

/// Returns if the CPU has all of these features. Otherwise says on standard error which ones it lacks and what to do, and
/// exits with status 1.
///
/// Compiled for the oldest CPU of its kind, it is safe to call where the caller's own code is not.
void processor_exit_if_missing(uint64_t built_for);

#endif
