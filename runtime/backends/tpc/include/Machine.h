// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is left for intrinsics: index space, lane numbers, random registers,
// masks from integers, arithmetic of 8-bit floats.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_MACHINE_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_MACHINE_H

#include "Special.h"

namespace lc_tpc {

template <int M> float8x256<M> add8(float8x256<M> a, float8x256<M> b) {
  return add(a, b, 0);
}
template <int M> float8x256<M> sub8(float8x256<M> a, float8x256<M> b) {
  return sub(a, b, 0);
}
template <int M> float8x256<M> mul8(float8x256<M> a, float8x256<M> b) {
  return mul(a, b, 0);
}

// Sums of narrow floats kept in f32.
template <class W, class N> LC_TPC_FN W wide_add(N a, N b) {
  W x = widen_lanes<W>(a), y = widen_lanes<W>(b);
  if constexpr (sizeof(W) == 512)
    return {add(x.v1, y.v1, 0), add(x.v2, y.v2, 0)};
  else
    return {add(x.v1, y.v1, 0), add(x.v2, y.v2, 0), add(x.v3, y.v3, 0),
            add(x.v4, y.v4, 0)};
}
template <class W, class N> LC_TPC_FN W wide_sub(N a, N b) {
  return wide_add<W>(a, negate(b));
}

LC_TPC_FN int5 space(const int *from) {
  return int5{from[0], from[1], from[2], from[3], from[4]};
}
LC_TPC_FN int coordinate(int5 c, int dim) {
  return c[(unsigned)dim < LC_TPC_MAX_RANK ? dim : 0];
}
LC_TPC_FN void fence(int switches, int line) {
  if (here.launch->touch)
    here.launch->touch(here.launch->user, (unsigned)switches, LC_TPC_FENCE,
                       nullptr, nullptr, line);
}

template <class V> LC_TPC_FN V lane_id() {
  element<V> id[of<V>::lanes];
  for (int i = 0; i < of<V>::lanes; ++i)
    id[i] = element<V>(i);
  V r;
  __builtin_memcpy(&r, id, sizeof r);
  return r;
}
template <class V> LC_TPC_FN V broadcast(element<V> x) { return V(x); }

LC_TPC_FN uint64 lfsr(bool advance) {
  unsigned x[64];
  for (int i = 0; i < 64; ++i) {
    x[i] = here.lfsr[i];
    if (advance)
      here.lfsr[i] = step(x[i]);
  }
  uint64 r;
  __builtin_memcpy(&r, x, sizeof r);
  return r;
}
LC_TPC_FN void set_lfsr(uint64 x) {
  __builtin_memcpy(here.lfsr, &x, sizeof x);
  for (unsigned &lane : here.lfsr)
    lane = lane ? lane : 1;
}

// 32 bits of a mask from an integer: part 0 to 7 of them, 8 for all parts.
LC_TPC_FN bool256 flavored(int x, int flavor, bool256 income) {
  unsigned parts[8];
  __builtin_memcpy(parts, &income, sizeof parts);
  for (int i = 0; i < 8; ++i)
    if (flavor == 8 || flavor == i)
      parts[i] = (unsigned)x;
  __builtin_memcpy(&income, parts, sizeof parts);
  return income;
}

} // namespace lc_tpc

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_MACHINE_H
