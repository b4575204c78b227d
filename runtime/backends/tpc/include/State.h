// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a thread that runs a kernel knows beside the kernel's variables.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_STATE_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_STATE_H

#include "KernelAbi.h"
#include "Switches.h"
#include "Types.h"

namespace lc_tpc {

constexpr unsigned mmio_words = 1024;     // registers of 32 bits
constexpr unsigned mmio_rounding = 0xCA8; // what SW_CSR rounds by

struct state {
  const lc_tpc_launch_t *launch;
  unsigned csr_rounding;
  int recent; // tensor of the last gen_addr
  const void *user_table;
  unsigned lfsr[64];
  unsigned mmio[mmio_words];
};
static thread_local state here;
static thread_local unsigned char slm[MAX_SLM] __attribute__((aligned(256)));
static thread_local unsigned char vlm[MAX_VLM] __attribute__((aligned(256)));

LC_TPC_OUTLINE void fault(const char *message, int line) {
  if (here.launch && here.launch->fault)
    here.launch->fault(here.launch->user, message, line);
}

// Each lane has a linear feedback register of 32 bits, seeded from the box, so
// that results depend on the partition of the index space but on no thread.
LC_TPC_INLINE unsigned step(unsigned x) {
  x ^= x << 13;
  x ^= x >> 17;
  return x ^ x << 5;
}
inline void seed(unsigned from) {
  for (unsigned lane = 0; lane < 64; ++lane) {
    unsigned x = from + lane * 0x9E3779B9u;
    x = (x ^ x >> 16) * 0x85EBCA6Bu;
    x = (x ^ x >> 13) * 0xC2B2AE35u;
    x ^= x >> 16;
    here.lfsr[lane] = x ? x : 1;
  }
}
LC_TPC_OUTLINE unsigned draw(int lane) {
  unsigned &x = here.lfsr[lane & 63];
  return x = step(x);
}

} // namespace lc_tpc

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_STATE_H
