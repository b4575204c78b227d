// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CPUID and XGETBV; compiler helpers for it live in libraries we do not link.
#include "runtime/base/Isa.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace lcompile::rt {

namespace {
bool all(uint32_t word, uint32_t bits) { return (word & bits) == bits; }

uint64_t savedState() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t(high) << 32 | low;
}

struct IsaName {
  uint64_t bit;
  const char *name;
};
constexpr IsaName isaNames[] = {
    {LC_ISA_AVX2, "AVX2"},
    {LC_ISA_AVX512, "AVX-512"},
    {LC_ISA_AVX512_VNNI, "AVX512-VNNI"},
    {LC_ISA_AVX512_BF16, "AVX512-BF16"},
    {LC_ISA_AMX, "AMX"},
};
} // namespace

uint64_t hostIsa() {
  uint32_t a, b, c, d, leaf1c, leaf7b, leaf7c, leaf7d, leaf71a = 0;
  if (!__get_cpuid(1, &a, &b, &leaf1c, &d) || !(leaf1c & bit_OSXSAVE))
    return 0;
  if (!__get_cpuid_count(7, 0, &a, &leaf7b, &leaf7c, &leaf7d))
    return 0;
  if (a >= 1)
    __get_cpuid_count(7, 1, &leaf71a, &b, &c, &d);
  uint64_t state = savedState(), isa = 0;
  constexpr uint64_t avxState = 0x6, avx512State = 0xe6, amxState = 0x60000;
  if ((state & avxState) == avxState &&
      all(leaf1c, bit_AVX | bit_FMA | bit_F16C) &&
      all(leaf7b, bit_AVX2 | bit_BMI | bit_BMI2))
    isa |= LC_ISA_AVX2;
  if (!isa || (state & avx512State) != avx512State ||
      !all(leaf7b, bit_AVX512F | bit_AVX512CD | bit_AVX512BW | bit_AVX512DQ |
                       bit_AVX512VL))
    return isa;
  isa |= LC_ISA_AVX512;
  if (leaf7c & (1u << 11))
    isa |= LC_ISA_AVX512_VNNI;
  if (leaf71a & (1u << 5))
    isa |= LC_ISA_AVX512_BF16;
  // BF16, TILE, INT8.
  if ((state & amxState) == amxState &&
      all(leaf7d, 1u << 22 | 1u << 24 | 1u << 25))
    isa |= LC_ISA_AMX;
  return isa;
}

int32_t checkIsa(uint64_t required, Error error) {
  uint64_t missing = required & ~hostIsa();
  if (missing) {
    int32_t code =
        fail(error, LC_UNAVAILABLE, "this machine's processor lacks");
    const char *separator = " ";
    for (const IsaName &isa : isaNames)
      if (missing & isa.bit) {
        amend(error, "%s%s", separator, isa.name);
        missing &= ~isa.bit;
        separator = ", ";
      }
    if (missing)
      amend(error, "%sfeatures 0x%llx unknown to this version", separator,
            static_cast<unsigned long long>(missing));
    amend(error, ", which the model was compiled for; compile with "
                 "--cpu=portable or --cpu=x86-64-v3");
    return code;
  }
  if (required & LC_ISA_AMX) {
    constexpr int requestPermission = 0x1023, tileData = 18;
    if (syscall(SYS_arch_prctl, requestPermission, tileData))
      return fail(error, LC_UNAVAILABLE,
                  "the kernel does not give this process the AMX tiles");
  }
  return LC_OK;
}

} // namespace lcompile::rt
