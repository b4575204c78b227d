// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of padding.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// Padding by sizes that are not known: constant parts put together.
Value concatPadded(AtenCall &call, Value x, int64_t dim, AffineExpr low,
                   AffineExpr high, double value) {
  SmallVector<Value> parts;
  auto add = [&](AffineExpr size) {
    if (lc::isConstant(size, 0) || call.refused())
      return;
    if (boundsOf(call, size).min < 0)
      return call.refuse("the sign of a padding is not known");
    lc::Dims dims = lc::getDims(x);
    dims[dim] = size;
    parts.push_back(call.full(dims, call.elementOf(x), value));
  };
  add(low);
  parts.push_back(x);
  add(high);
  return concat(call, parts, dim);
}

/// `pad` holds low and high of the last dimension first.
void padWith(AtenCall &call, lc::PadMode mode, StringRef name) {
  Value x = call.tensor("self");
  lc::Dims pad = call.sizes(name);
  double value = call.number("value", 0);
  if (call.refused())
    return;
  int64_t rank = call.rankOf(x);
  if (pad.size() % 2 || static_cast<int64_t>(pad.size()) > 2 * rank)
    return call.refuse(
        "expected two paddings for each dimension that is padded");
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  bool known = true;
  for (size_t i = 0; i < pad.size(); i += 2) {
    int64_t dim = rank - 1 - i / 2;
    auto l = lc::getConstant(pad[i]), h = lc::getConstant(pad[i + 1]);
    if (l && h) {
      low[dim] = *l;
      high[dim] = *h;
      continue;
    }
    known = false;
    if (mode != lc::PadMode::constant)
      return call.refuse("expected known paddings, found " +
                         call.get(name).describe());
    x = concatPadded(call, x, dim, pad[i], pad[i + 1], value);
    if (call.refused())
      return;
  }
  auto isZero = [](int64_t v) { return v == 0; };
  if (!known && llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return call.result(x);
  // What is taken away goes first: circular padding repeats what is left.
  if (mode == lc::PadMode::circular &&
      llvm::any_of(llvm::concat<int64_t>(low, high),
                   [](int64_t v) { return v < 0; })) {
    auto less = [](SmallVector<int64_t> &numbers) {
      SmallVector<int64_t> negative;
      for (int64_t &n : numbers) {
        negative.push_back(std::min<int64_t>(n, 0));
        n = std::max<int64_t>(n, 0);
      }
      return negative;
    };
    SmallVector<int64_t> before = less(low), behind = less(high);
    x = call.make<lc::PadOp>(x, before, behind, lc::PadMode::constant,
                             APFloat(0.0));
  }
  if (mode != lc::PadMode::constant) {
    // Mirrored and repeated elements must exist.
    lc::Dims dims = lc::getDims(x);
    for (int64_t i = 0; i < rank; ++i) {
      int64_t most = std::max(low[i], high[i]);
      int64_t least = boundsOf(call, dims[i]).min;
      if ((mode == lc::PadMode::reflect && most > 0 && most >= least) ||
          (mode == lc::PadMode::circular && most > least))
        return call.refuse("a padding of " + Twine(most) +
                           " may exceed dimension " + Twine(i));
    }
  }
  call.result(call.make<lc::PadOp>(x, low, high, mode, APFloat(value)));
}

template <lc::PadMode mode, const char *name> void padMode(AtenCall &call) {
  padWith(call, mode, name);
}
constexpr char padName[] = "pad", paddingName[] = "padding";

void pad(AtenCall &call) {
  std::optional<lc::PadMode> mode =
      lc::symbolizePadMode(call.text("mode", "constant"));
  if (!mode)
    return call.refuse("padding mode " + call.get("mode").describe() +
                       " is not known");
  padWith(call, *mode, "pad");
}

} // namespace

void lcompile::import::addPadRules(AtenTable &table) {
  table.add("aten::pad", pad);
  table.add("aten::constant_pad_nd", padMode<lc::PadMode::constant, padName>);
  table.add({"aten::reflection_pad1d", "aten::reflection_pad2d",
             "aten::reflection_pad3d"},
            padMode<lc::PadMode::reflect, paddingName>);
  table.add({"aten::replication_pad1d", "aten::replication_pad2d",
             "aten::replication_pad3d"},
            padMode<lc::PadMode::replicate, paddingName>);
  table.add("aten::_pad_circular", padMode<lc::PadMode::circular, padName>);
}
