// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors by coordinates and by address, local memory, printf.
#ifndef LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_MEMORY_H
#define LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_MEMORY_H

#include "Lanes.h"

namespace lc_tpc {

constexpr int element_bytes(unsigned dtype) {
  return dtype & (LC_TPC_I32 | LC_TPC_U32 | LC_TPC_F32)                 ? 4
         : dtype & (LC_TPC_I16 | LC_TPC_U16 | LC_TPC_BF16 | LC_TPC_F16) ? 2
                                                                        : 1;
}

LC_TPC_FN lc_tpc_tensor_t *tensor_at(int number, int line) {
  if ((unsigned)number < here.launch->n_tensors)
    return here.launch->tensors + number;
  fault("a tensor that the kernel does not have", line);
  return nullptr;
}

LC_TPC_FN void report(int number, int kind, const int *c, int count, int line) {
  if (!here.launch->touch)
    return;
  int high[LC_TPC_MAX_RANK] = {c[0] + count - 1, c[1], c[2], c[3], c[4]};
  here.launch->touch(here.launch->user, (unsigned)number, kind, c, high, line);
}

// Where element (0, c[1], ...) is, or null if a coordinate but the first is
// outside.
LC_TPC_FN unsigned char *row(const lc_tpc_tensor_t *t, const int *c,
                             int bytes) {
  u64 at = 0;
  for (int d = 1; d < LC_TPC_MAX_RANK; ++d) {
    if ((unsigned)c[d] >= t->size[d])
      return nullptr;
    at += u64(c[d]) * t->stride[d];
  }
  return (unsigned char *)t->data + at * u64(bytes);
}

// The part of [c, c + count) that is inside of [0, size).
struct span {
  int first, last; // of the count
};
LC_TPC_FN span inside(int c, int count, unsigned size) {
  long first = c < 0 ? -long(c) : 0, last = long(size) - c;
  last = last > count ? count : last;
  return {int(first > count ? count : first), int(last < 0 ? 0 : last)};
}

// Elements [c, c + count) along dimension 0; what is outside is the pad value.
LC_TPC_OUTLINE void read(void *to, int number, const int *c, int count,
                         int line) {
  lc_tpc_tensor_t *t = tensor_at(number, line);
  if (!t)
    return __builtin_memset(to, 0, count * 4ul), void();
  report(number, LC_TPC_LOAD, c, count, line);
  int bytes = element_bytes(t->dtype);
  const unsigned char *from = row(t, c, bytes);
  span part = from ? inside(c[0], count, t->size[0]) : span{0, 0};
  unsigned char *out = (unsigned char *)to;
  if (part.last - part.first < count)
    for (int i = 0; i < count; ++i)
      __builtin_memcpy(out + i * bytes, &t->pad, bytes);
  if (part.last > part.first)
    __builtin_memcpy(out + part.first * bytes,
                     from + (long(c[0]) + part.first) * bytes,
                     (part.last - part.first) * (unsigned long)bytes);
}

LC_TPC_FN void check_written(const void *from, int bytes, int line) {
#if __has_feature(memory_sanitizer)
  if (__msan_test_shadow(from, (unsigned long)bytes) >= 0)
    fault("a tensor store of lanes that were never written", line);
#endif
}

LC_TPC_OUTLINE void write(const void *from, int number, const int *c, int count,
                          int line) {
  lc_tpc_tensor_t *t = tensor_at(number, line);
  if (!t)
    return;
  report(number, LC_TPC_STORE, c, count, line);
  int bytes = element_bytes(t->dtype);
  unsigned char *to = row(t, c, bytes);
  span part = to ? inside(c[0], count, t->size[0]) : span{0, 0};
  const unsigned char *in = (const unsigned char *)from;
  if (part.last <= part.first)
    return;
  check_written(in + part.first * bytes, (part.last - part.first) * bytes,
                line);
  __builtin_memcpy(to + (long(c[0]) + part.first) * bytes,
                   in + part.first * bytes,
                   (part.last - part.first) * (unsigned long)bytes);
}

// Reduce-stores of several threads meet: an element is exchanged whole.
template <class T, class B>
LC_TPC_FN void combine(unsigned char *to, const unsigned char *from, int op) {
  B old = __atomic_load_n((B *)to, __ATOMIC_RELAXED), next;
  T b;
  __builtin_memcpy(&b, from, sizeof b);
  do {
    T a = __builtin_bit_cast(T, old);
    double x = number(a), y = number(b), r;
    switch (op) {
    case RMW_OP_ADD:
      r = x + y;
      break;
    case RMW_OP_SUB:
      r = x - y;
      break;
    case RMW_OP_MIN:
      r = x < y || y != y ? x : y;
      break;
    case RMW_OP_MAX:
      r = x > y || y != y ? x : y;
      break;
    default:
      r = x + y;
      r = r > 0 || r != r ? r : 0;
    }
    next = __builtin_bit_cast(B, writer<T>::write(r, round_even, false, 0));
  } while (!__atomic_compare_exchange_n((B *)to, &old, next, true,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}
LC_TPC_OUTLINE void combine(unsigned char *to, const unsigned char *from,
                            int dtype, int op) {
  switch (dtype) {
  case RMW_DT_INT8:
    return combine<signed char, unsigned char>(to, from, op);
  case RMW_DT_INT16:
    return combine<short, unsigned short>(to, from, op);
  case RMW_DT_INT32:
    return combine<int, unsigned>(to, from, op);
  case RMW_DT_UINT8:
    return combine<unsigned char, unsigned char>(to, from, op);
  case RMW_DT_UINT16:
    return combine<unsigned short, unsigned short>(to, from, op);
  case RMW_DT_UINT32:
    return combine<unsigned, unsigned>(to, from, op);
  case RMW_DT_BF16:
    return combine<bf16, unsigned short>(to, from, op);
  case RMW_DT_FP16:
    return combine<half, unsigned short>(to, from, op);
  default:
    return combine<float, unsigned>(to, from, op);
  }
}
LC_TPC_FN int rmw_type(unsigned dtype) {
  switch (dtype) {
  case LC_TPC_I8:
    return RMW_DT_INT8;
  case LC_TPC_I16:
    return RMW_DT_INT16;
  case LC_TPC_I32:
    return RMW_DT_INT32;
  case LC_TPC_U8:
    return RMW_DT_UINT8;
  case LC_TPC_U16:
    return RMW_DT_UINT16;
  case LC_TPC_U32:
    return RMW_DT_UINT32;
  case LC_TPC_BF16:
    return RMW_DT_BF16;
  case LC_TPC_F16:
    return RMW_DT_FP16;
  default:
    return RMW_DT_FP32;
  }
}
LC_TPC_OUTLINE void reduce(const void *from, int number, const int *c,
                           int count, int rmw, int line) {
  lc_tpc_tensor_t *t = tensor_at(number, line);
  if (!t)
    return;
  if (!(rmw >> LC_TPC_RMW_BIT & 1))
    return write(from, number, c, count, line);
  report(number, LC_TPC_RMW, c, count, line);
  int type = rmw >> 7 & 1 ? rmw_type(t->dtype) : rmw & 15;
  int op = rmw >> 4 & (LC_TPC_RMW_BIT == 6 ? 3 : 7);
  int bytes = element_bytes(t->dtype);
  static const unsigned char widths[] = {1, 2, 4, 1, 2, 4, 2, 4, 2};
  if (type > RMW_DT_FP16 || widths[type] != bytes)
    return fault("a reduce-store of another type than the tensor's", line);
  unsigned char *to = row(t, c, bytes);
  span part = to ? inside(c[0], count, t->size[0]) : span{0, 0};
  const unsigned char *in = (const unsigned char *)from;
  if (part.last <= part.first)
    return;
  check_written(in + part.first * bytes, (part.last - part.first) * bytes,
                line);
  for (int i = part.first; i < part.last; ++i)
    combine(to + (long(c[0]) + i) * bytes, in + i * bytes, type, op);
}

// Elements of a tensor's own size in some bytes of a vector.
LC_TPC_FN int elements(int number, int bytes) {
  return (unsigned)number < here.launch->n_tensors
             ? bytes / element_bytes(here.launch->tensors[number].dtype)
             : bytes / 4;
}

// SW_UNPACK and SW_PACK: memory in order of elements, lanes interleaved.
LC_TPC_OUTLINE void interleave(unsigned char *lanes, unsigned char *memory,
                               int unit, int parts, bool to_lanes) {
  int count = 256 / unit / parts;
  for (int p = 0; p < parts; ++p)
    for (int i = 0; i < count; ++i) {
      unsigned char *lane = lanes + (i * parts + p) * unit;
      unsigned char *place = memory + (p * count + i) * unit;
      __builtin_memcpy(to_lanes ? lane : place, to_lanes ? place : lane, unit);
    }
}
LC_TPC_FN void interleave(unsigned char *lanes, unsigned char *memory, int kind,
                          bool to_lanes, int line) {
  if (kind == 3)
    return fault("4-bit elements are not simulated", line);
  interleave(lanes, memory, kind == 0 ? 2 : 1, kind == 1 ? 4 : 2, to_lanes);
}

template <class V>
LC_TPC_FN V load(int5 c, int number, int switches, int line) {
  V x;
  if (switches & SW_UNPACK) {
    V memory;
    read(&memory, number, (const int *)&c, elements(number, 256), line);
    x = memory;
    interleave((unsigned char *)&x, (unsigned char *)&memory, switches >> 1 & 3,
               true, line);
    return x;
  }
  read(&x, number, (const int *)&c, elements(number, 256), line);
  return x;
}
template <class V>
LC_TPC_FN V load_half(int5 c, int number, int half, V income, int line) {
  read((unsigned char *)&income + half * 128, number, (const int *)&c,
       elements(number, 128), line);
  return income;
}
template <class V>
LC_TPC_FN V load_part(int5 c, int number, int last, int lane, V income,
                      int line) {
  constexpr int lanes = of<V>::lanes, size = 256 / lanes;
  int count = (last & (lanes - 1)) + 1;
  lane &= lanes - 1;
  if (lane + count > lanes)
    fault("a partial load beyond the last lane", line), count = lanes - lane;
  int bytes = count * size;
  read((unsigned char *)&income + lane * size, number, (const int *)&c,
       elements(number, bytes), line);
  return income;
}

// Whether a store of this type makes NaN canonical: a tensor of another type
// receives bits.
template <class V> constexpr unsigned dtype_of = 0;
template <> constexpr unsigned dtype_of<float64> = LC_TPC_F32;
template <> constexpr unsigned dtype_of<bfloat128> = LC_TPC_BF16;
template <> constexpr unsigned dtype_of<half128> = LC_TPC_F16;
template <class V> LC_TPC_FN V stored(V x, int number) {
  if constexpr (dtype_of<V> != 0) {
    if ((unsigned)number < here.launch->n_tensors &&
        here.launch->tensors[number].dtype == dtype_of<V>)
      return canonical(x);
  }
  return x;
}
template <class V>
LC_TPC_FN void store(int5 c, int number, V x, int switches, int line) {
  x = stored(x, number);
  if (switches & SW_PACK) {
    V memory = x;
    interleave((unsigned char *)&x, (unsigned char *)&memory, switches >> 4 & 3,
               false, line);
    x = memory;
  }
  write(&x, number, (const int *)&c, elements(number, 256), line);
}
template <class V>
LC_TPC_FN void store_half(int5 c, int number, V x, int half, int line) {
  x = stored(x, number);
  write((const unsigned char *)&x + half * 128, number, (const int *)&c,
        elements(number, 128), line);
}
template <class V>
LC_TPC_FN void store_part(int5 c, int number, V x, int last, int lane,
                          int line) {
  constexpr int lanes = of<V>::lanes, size = 256 / lanes;
  x = stored(x, number);
  int count = (last & (lanes - 1)) + 1;
  lane &= lanes - 1;
  if (lane + count > lanes)
    fault("a partial store beyond the last lane", line), count = lanes - lane;
  write((const unsigned char *)&x + lane * size, number, (const int *)&c,
        elements(number, count * size), line);
}
// Lane by lane, for a mask.
template <class V, int N>
LC_TPC_FN void store_lanes(int5 c, int number, V x, mask<N> m, int line) {
  constexpr int size = 256 / N;
  x = stored(x, number);
  int first = c[0];
  for (int i = 0; i < N; ++i)
    if (m[i]) {
      c[0] = first + i;
      write((const unsigned char *)&x + i * size, number, (const int *)&c, 1,
            line);
    }
}
template <class V>
LC_TPC_FN void store_rmw(int5 c, int number, V x, int rmw, int line) {
  reduce(&x, number, (const int *)&c, elements(number, 256), rmw, line);
}
template <class V>
LC_TPC_FN void store_rmw_half(int5 c, int number, V x, int half, int rmw,
                              int line) {
  reduce((const unsigned char *)&x + half * 128, number, (const int *)&c,
         elements(number, 128), rmw, line);
}
template <class V>
LC_TPC_FN void store_rmw_part(int5 c, int number, V x, int rmw, int last,
                              int lane, int line) {
  constexpr int lanes = of<V>::lanes, size = 256 / lanes;
  int count = (last & (lanes - 1)) + 1;
  lane &= lanes - 1;
  if (lane + count > lanes)
    fault("a partial store beyond the last lane", line), count = lanes - lane;
  reduce((const unsigned char *)&x + lane * size, number, (const int *)&c,
         elements(number, count * size), rmw, line);
}

// Masks in tensors: 256 bits, the elements of 32 bytes.
LC_TPC_FN bool256 load_mask(int5 c, int number, int line) {
  bool256 m;
  read(&m, number, (const int *)&c, elements(number, 32), line);
  return m;
}
LC_TPC_FN void store_mask(int5 c, int number, bool256 m, int line) {
  write(&m, number, (const int *)&c, elements(number, 32), line);
}

// Addresses.
LC_TPC_FN address address_of(int5 c, int number, int line) {
  lc_tpc_tensor_t *t = tensor_at(number, line);
  if (!t)
    return {nullptr};
  here.recent = number;
  long at = 0;
  for (int d = 0; d < LC_TPC_MAX_RANK; ++d)
    if (d < (int)t->rank)
      at += long(c[d]) * long(t->stride[d]);
  return {(unsigned char *)t->data + at * element_bytes(t->dtype)};
}

// Whether `bytes` at an address are in a tensor; reports the access to it.
LC_TPC_OUTLINE bool covers(int number, const unsigned char *at, int bytes,
                           int kind, int line) {
  const lc_tpc_tensor_t *t = here.launch->tensors + number;
  int size = element_bytes(t->dtype);
  long rest = at - (const unsigned char *)t->data;
  if (rest < 0)
    return false;
  rest /= size;
  int c[LC_TPC_MAX_RANK] = {};
  for (bool found = true; found;) { // the largest stride that is left
    int d = -1;
    found = false;
    for (int i = 0; i < LC_TPC_MAX_RANK; ++i)
      if (t->size[i] > 1 && c[i] == 0 && t->stride[i] &&
          rest >= (long)t->stride[i] && (d < 0 || t->stride[i] > t->stride[d]))
        d = i;
    if (d < 0)
      break;
    long n = rest / (long)t->stride[d];
    n = n < (long)t->size[d] ? n : (long)t->size[d] - 1;
    c[d] = (int)n;
    rest -= n * (long)t->stride[d];
    found = n > 0;
  }
  for (int d = 0; d < LC_TPC_MAX_RANK; ++d)
    if (t->size[d] == 0)
      return false;
  if (rest != 0)
    return false;
  report(number, kind, c, bytes > size ? bytes / size : 1, line);
  return true;
}
LC_TPC_OUTLINE bool global(const volatile void *p, int bytes, int kind,
                           int line) {
  const unsigned char *at = (const unsigned char *)p;
  int count = (int)here.launch->n_tensors;
  if ((unsigned)here.recent < (unsigned)count &&
      covers(here.recent, at, bytes, kind, line))
    return true;
  for (int i = 0; i < count; ++i)
    if (i != here.recent && covers(i, at, bytes, kind, line))
      return true;
  fault(kind == LC_TPC_LOAD ? "a load from an address outside of all tensors"
                            : "a store to an address outside of all tensors",
        line);
  return false;
}
template <class T> LC_TPC_FN T load_global(const volatile void *p, int line) {
  T x = {};
  if (global(p, sizeof x, LC_TPC_LOAD, line))
    __builtin_memcpy(&x, (const void *)p, sizeof x);
  return x;
}
template <class T>
LC_TPC_FN void store_global(const volatile void *p, T x, int line) {
  if (global(p, sizeof x, LC_TPC_STORE, line))
    __builtin_memcpy((void *)p, &x, sizeof x);
}

// Local memory.
LC_TPC_FN unsigned char *place(local a, unsigned char *memory, long size,
                               int bytes, int line) {
  if (a.absolute)
    return (unsigned char *)a.at;
  if (a.at + bytes <= size)
    return memory + a.at;
  fault("an address beyond local memory", line);
  return memory;
}
template <class T> LC_TPC_FN T load_scalar(local a, int switches, int line) {
  T x;
  if (switches & SW_MMIO) {
    __builtin_memcpy(&x, &here.mmio[a.at / 4 & (mmio_words - 1)], sizeof x);
    return x;
  }
  __builtin_memcpy(&x, place(a, slm, sizeof slm, sizeof x, line), sizeof x);
  return x;
}
template <class T>
LC_TPC_FN void store_scalar(local a, T x, int switches, int line) {
  if (switches & SW_MMIO) {
    __builtin_memcpy(&here.mmio[a.at / 4 & (mmio_words - 1)], &x, sizeof x);
    if (a.at == mmio_rounding)
      here.csr_rounding = here.mmio[mmio_rounding / 4] & 7;
    return;
  }
  __builtin_memcpy(place(a, slm, sizeof slm, sizeof x, line), &x, sizeof x);
}
template <class V> LC_TPC_FN V load_local(local a, int line) {
  V x;
  __builtin_memcpy(&x, place(a, vlm, sizeof vlm, sizeof x, line), sizeof x);
  return x;
}
template <class V>
LC_TPC_FN V load_local_half(local a, int half, V income, int line) {
  __builtin_memcpy((unsigned char *)&income + half * 128,
                   place(a, vlm, sizeof vlm, 128, line), 128);
  return income;
}
template <class V> LC_TPC_FN void store_local(local a, V x, int line) {
  __builtin_memcpy(place(a, vlm, sizeof vlm, sizeof x, line), &x, sizeof x);
}
template <class V>
LC_TPC_FN void store_local_half(local a, V x, int half, int line) {
  __builtin_memcpy(place(a, vlm, sizeof vlm, 128, line),
                   (const unsigned char *)&x + half * 128, 128);
}

// Descriptors and coordinates.
LC_TPC_FN int dim_size(int number, int d, int line) {
  lc_tpc_tensor_t *t = tensor_at(number, line);
  return t && (unsigned)d < LC_TPC_MAX_RANK ? (int)t->size[d] : 0;
}
LC_TPC_FN int dim_stride(int number, int d, int line) {
  lc_tpc_tensor_t *t = tensor_at(number, line);
  return t && (unsigned)d < LC_TPC_MAX_RANK ? (int)t->stride[d] : 0;
}
LC_TPC_FN void change_dim_size(int number, int d, unsigned size, int line) {
  lc_tpc_tensor_t *t = tensor_at(number, line);
  if (t && (unsigned)d < LC_TPC_MAX_RANK)
    t->size[d] = size;
}
LC_TPC_FN void change_dim_stride(int number, int d, unsigned stride, int line) {
  lc_tpc_tensor_t *t = tensor_at(number, line);
  if (t && (unsigned)d < LC_TPC_MAX_RANK)
    t->stride[d] = stride;
}
template <class T> LC_TPC_FN T pad_value(int number, int line) {
  lc_tpc_tensor_t *t = tensor_at(number, line);
  T x = {};
  if (t)
    __builtin_memcpy(&x, &t->pad, sizeof x);
  return x;
}
template <class T> LC_TPC_FN void change_pad(int number, T x, int line) {
  if (lc_tpc_tensor_t *t = tensor_at(number, line)) {
    t->pad = 0;
    __builtin_memcpy(&t->pad, &x, sizeof x);
  }
}
template <class F>
LC_TPC_FN int5 coordinates(F f, int5 a, int5 b, int dims, int5 income) {
  for (int d = 0; d < LC_TPC_MAX_RANK; ++d)
    if (dims >> d & 1)
      income[d] = f(a[d], b[d]);
  return income;
}
LC_TPC_FN int5 permute(int5 c, int code) {
  int5 r = c;
  for (int d = 0; d < LC_TPC_MAX_RANK; ++d) {
    int from = code >> (3 * d) & 7;
    r[d] = from < LC_TPC_MAX_RANK ? c[from] : c[d];
  }
  return r;
}

// One format with its values; text goes to the launch.
template <class T> LC_TPC_FN auto printable(T x) {
  if constexpr (floating<T> || same<T, float> || same<T, double>)
    return double(x);
  else
    return x;
}
LC_TPC_FN double printable(minifloat x) { return double(float(x)); }
LC_TPC_FN double printable(minihalf x) { return double(float(x)); }
template <class... A>
LC_TPC_OUTLINE int print(const char *format, A... values) {
  char text[512];
  int n = __builtin_snprintf(text, sizeof text, format, values...);
  n = n < (int)sizeof text ? n : (int)sizeof text - 1;
  if (n > 0 && here.launch && here.launch->print)
    here.launch->print(here.launch->user, text, (unsigned)n);
  return n;
}

} // namespace lc_tpc

#endif // LCOMPILE_RUNTIME_BACKENDS_TPC_INCLUDE_MEMORY_H
