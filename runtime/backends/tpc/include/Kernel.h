// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is included before a kernel's text: TPC-C for the host, or with
// LC_TPC_DECLARED_ONLY its functions without bodies.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_KERNEL_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_KERNEL_H

#include "Switches.h"
#include "Types.h"

#ifdef LC_TPC_DECLARED_ONLY
extern "C" int printf(const char *format, ...);
#include "TpcDeclarations.h"
#if LC_TPC_GENERATION >= 2 // operators are instructions
namespace lc_tpc {
#define LC_TPC_OPERATOR(op, M, type)                                           \
  template <>                                                                  \
  LC_TPC_INLINE float8x256<M> op##8(float8x256<M> a, float8x256<M> b) {        \
    return v_##type##_##op##_b(a, b);                                          \
  }
LC_TPC_OPERATOR(add, 3, f8_143)
LC_TPC_OPERATOR(sub, 3, f8_143)
LC_TPC_OPERATOR(mul, 3, f8_143)
LC_TPC_OPERATOR(add, 2, f8_152)
LC_TPC_OPERATOR(sub, 2, f8_152)
LC_TPC_OPERATOR(mul, 2, f8_152)
#undef LC_TPC_OPERATOR
} // namespace lc_tpc
#endif
#else
#include "Machine.h"
#include "TpcIntrinsics.h"
template <class... A>
static inline int printf(const char *format, A... values) {
  return lc_tpc::print(format, lc_tpc::printable(values)...);
}
#endif

#define _Bool bool
#define V_LANE_ID_32 read_lane_id_4b_b()
#define V_LANE_ID_16 read_lane_id_2b_b()
#define V_LANE_ID_8 read_lane_id_1b_b()
#define LFSR read_lfsr_b()
#define LFSR_NO_CHANGE read_lfsrnc_b()
#define S_LFSR s_read_lfsr_b()
#define S_LFSR_NO_CHANGE s_read_lfsrnc_b()

#include "Words.h"

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_KERNEL_H
