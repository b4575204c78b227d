// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Collectives as Channel.h describes them, one element at a time.
#include "test/runtime/comm/World.h"

#include <cmath>
#include <cstring>

namespace lcompile::test {

namespace {
template <typename T> T read(const uint8_t *from) {
  T value;
  memcpy(&value, from, sizeof value);
  return value;
}

float fromBFloat16(uint16_t value) {
  uint32_t bits = uint32_t(value) << 16;
  return read<float>(reinterpret_cast<uint8_t *>(&bits));
}
/// The nearest of the two neighbours, of equally near ones the even one.
uint16_t toBFloat16(float value) {
  if (std::isnan(value))
    return 0x7fc0;
  uint32_t bits;
  memcpy(&bits, &value, 4);
  uint16_t down = uint16_t(bits >> 16), up = uint16_t(down + 1);
  if (std::isinf(value))
    return down;
  // Beyond the largest number comes what would be the next one, 2^128.
  auto wide = [](uint16_t v) {
    return std::isinf(fromBFloat16(v)) ? std::copysign(0x1p128, fromBFloat16(v))
                                       : double(fromBFloat16(v));
  };
  double below = std::fabs(double(value) - wide(down));
  double above = std::fabs(double(value) - wide(up));
  return below < above || (below == above && !(down & 1)) ? down : up;
}

template <typename T> T combine(uint32_t reduction, T a, T b) {
  switch (reduction) {
  case LC_REDUCTION_SUM:
    if constexpr (std::is_integral_v<T>)
      return T(uint64_t(a) + uint64_t(b));
    else
      return a + b;
  case LC_REDUCTION_PROD:
    if constexpr (std::is_integral_v<T>)
      return T(uint64_t(a) * uint64_t(b));
    else
      return a * b;
  case LC_REDUCTION_MIN:
    return a != a ? a : b != b ? b : b < a ? b : a;
  default:
    return a != a ? a : b != b ? b : b > a ? b : a;
  }
}

template <typename Wide, typename Load, typename Store>
void reduceWith(const lc_collective_t &what, const std::vector<Bytes> &ranks,
                size_t at, size_t size, uint8_t *to, Load load, Store store) {
  volatile Wide total = load(ranks[0].data() + at); // each step is rounded
  for (size_t r = 1; r < ranks.size(); ++r)
    total = combine<Wide>(what.reduction, total, load(ranks[r].data() + at));
  if (what.scale != 1)
    total = Wide(total * Wide(what.scale));
  auto result = store(total);
  static_assert(sizeof result <= 8);
  memcpy(to, &result, size);
}

template <typename T>
void reducePlain(const lc_collective_t &what, const std::vector<Bytes> &ranks,
                 size_t at, uint8_t *to) {
  reduceWith<T>(what, ranks, at, sizeof(T), to, read<T>, [](T value) {
    if constexpr (std::is_floating_point_v<T>)
      return std::isnan(value) ? std::copysign(T(NAN), T(1)) : value;
    else
      return value;
  });
}

void reduceElement(const lc_collective_t &what, const std::vector<Bytes> &ranks,
                   size_t at, uint8_t *to) {
  switch (what.dtype) {
  case LC_DTYPE_F32:
    return reducePlain<float>(what, ranks, at, to);
  case LC_DTYPE_F64:
    return reducePlain<double>(what, ranks, at, to);
  case LC_DTYPE_F16:
    return reduceWith<float>(
        what, ranks, at, 2, to,
        [](const uint8_t *from) { return float(read<_Float16>(from)); },
        [](float value) {
          _Float16 half = _Float16(value);
          return std::isnan(value)
                     ? uint16_t(0x7e00)
                     : read<uint16_t>(reinterpret_cast<uint8_t *>(&half));
        });
  case LC_DTYPE_BF16:
    return reduceWith<float>(
        what, ranks, at, 2, to,
        [](const uint8_t *from) { return fromBFloat16(read<uint16_t>(from)); },
        toBFloat16);
  case LC_DTYPE_I64:
    return reducePlain<int64_t>(what, ranks, at, to);
  case LC_DTYPE_I32:
    return reducePlain<int32_t>(what, ranks, at, to);
  case LC_DTYPE_I16:
    return reducePlain<int16_t>(what, ranks, at, to);
  case LC_DTYPE_I8:
    return reducePlain<int8_t>(what, ranks, at, to);
  default:
    return reducePlain<uint8_t>(what, ranks, at, to);
  }
}

Bytes slice(const Bytes &whole, int64_t begin, int64_t end, size_t element) {
  return Bytes(whole.begin() + begin * int64_t(element),
               whole.begin() + end * int64_t(element));
}
} // namespace

Extent sourceExtent(const lc_collective_t &what, uint32_t rank) {
  bool root = int32_t(rank) == what.root;
  switch (what.kind) {
  case LC_COLLECTIVE_ALL_GATHER:
  case LC_COLLECTIVE_GATHER:
    return Extent::Part;
  case LC_COLLECTIVE_BROADCAST:
  case LC_COLLECTIVE_SCATTER:
    return root ? Extent::Whole : Extent::None;
  case LC_COLLECTIVE_RECV:
  case LC_COLLECTIVE_BARRIER:
    return Extent::None;
  default:
    return Extent::Whole;
  }
}

Extent destinationExtent(const lc_collective_t &what, uint32_t rank) {
  bool root = int32_t(rank) == what.root;
  switch (what.kind) {
  case LC_COLLECTIVE_REDUCE_SCATTER:
  case LC_COLLECTIVE_SCATTER:
    return Extent::Part;
  case LC_COLLECTIVE_REDUCE:
  case LC_COLLECTIVE_GATHER:
    return root ? Extent::Whole : Extent::None;
  case LC_COLLECTIVE_SEND:
  case LC_COLLECTIVE_BARRIER:
    return Extent::None;
  default:
    return Extent::Whole;
  }
}

int64_t elementsOf(const lc_collective_t &what, uint64_t tensor, Extent extent,
                   uint32_t rank, uint32_t world) {
  int64_t whole = what.tensors[tensor].elements;
  if (extent == Extent::Part)
    return (rank + 1) * whole / world - rank * whole / world;
  return extent == Extent::Whole ? whole : 0;
}

Bytes expected(const lc_collective_t &what, uint64_t tensor, uint32_t rank,
               uint32_t world, uint32_t seed) {
  if (destinationExtent(what, rank) == Extent::None)
    return {};
  int64_t whole = what.tensors[tensor].elements;
  size_t element = lc_dtype_size(what.dtype);
  std::vector<Bytes> ranks;
  for (uint32_t r = 0; r < world; ++r)
    ranks.push_back(valuesOf(what, tensor, r, seed));
  auto begin = [&](uint32_t r) { return int64_t(r) * whole / world; };
  Bytes result(size_t(whole) * element);
  switch (what.kind) {
  case LC_COLLECTIVE_ALL_REDUCE:
  case LC_COLLECTIVE_REDUCE:
  case LC_COLLECTIVE_REDUCE_SCATTER:
    for (size_t at = 0; at < result.size(); at += element)
      reduceElement(what, ranks, at, result.data() + at);
    if (what.kind == LC_COLLECTIVE_REDUCE_SCATTER)
      result = slice(result, begin(rank), begin(rank + 1), element);
    return result;
  case LC_COLLECTIVE_ALL_GATHER:
  case LC_COLLECTIVE_GATHER:
    result.clear();
    for (uint32_t r = 0; r < world; ++r) {
      Bytes part = slice(ranks[r], begin(r), begin(r + 1), element);
      result.insert(result.end(), part.begin(), part.end());
    }
    return result;
  case LC_COLLECTIVE_BROADCAST:
    return ranks[uint32_t(what.root)];
  case LC_COLLECTIVE_SCATTER:
    return slice(ranks[uint32_t(what.root)], begin(rank), begin(rank + 1),
                 element);
  case LC_COLLECTIVE_ALL_TO_ALL:
    result.clear();
    for (uint32_t r = 0; r < world; ++r) {
      Bytes block = slice(ranks[r], begin(rank), begin(rank + 1), element);
      result.insert(result.end(), block.begin(), block.end());
    }
    return result;
  default: { // RECV, PERMUTE
    int64_t from = (int64_t(rank) - what.root) % int64_t(world);
    return ranks[size_t(from < 0 ? from + world : from)];
  }
  }
}

} // namespace lcompile::test
