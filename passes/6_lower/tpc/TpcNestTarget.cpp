// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gaudi's vector cores for the loop-nest builder: tensors by coordinates.
#include "passes/6_lower/tpc/TpcNestTarget.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace lcompile {

Type TpcNestTarget::memoryType(Type element) const {
  if (element.isInteger(1))
    return IntegerType::get(element.getContext(), 8);
  if (element.isInteger(64)) // data of the device have 32 bits
    return IntegerType::get(element.getContext(), 32);
  return element;
}

Value TpcNestTarget::laneNumbers(ImplicitLocOpBuilder &b) {
  return tpc::LaneIdOp::create(b, VectorType::get({laneCount}, b.getI32Type()));
}

/// Whether vectors run along the last dimension of a place, and only there.
static bool isAlongLast(nest::NestIndices &nest,
                        const nest::MemoryPlace &place) {
  return !place.at.empty() && !nest.isVector(place.at.drop_back()) &&
         nest.laneStride(place.at.back()) == 1;
}

Value TpcNestTarget::coordinates(nest::NestIndices &nest,
                                 const nest::MemoryPlace &place) {
  if (nest.isVector(place.at) && !isAlongLast(nest, place))
    return {};
  SmallVector<Value> coords;
  for (AffineExpr expr : llvm::reverse(place.at))
    coords.push_back(nest.index(nest.simplified(expr)));
  touch(nest, place);
  return tpc::CoordOp::create(nest.builder(), coords);
}

void TpcNestTarget::touch(nest::NestIndices &nest,
                          const nest::MemoryPlace &place) {
  Touched &all = touched[cast<BlockArgument>(place.buffer).getArgNumber()];
  SmallVector<nest::MemberRange> ranges;
  for (AffineExpr expr : llvm::reverse(place.at)) {
    std::optional<nest::MemberRange> range = nest.memberRange(expr);
    if (!range) {
      all.everything = true;
      return;
    }
    ranges.push_back(*range);
  }
  if (!all.any) {
    all.any = true;
    all.ranges = std::move(ranges);
    return;
  }
  for (auto [mine, other] : llvm::zip_equal(all.ranges, ranges)) {
    bool isSame = mine.dim == other.dim && mine.scale == other.scale;
    auto lowest = [&](AffineExpr x, AffineExpr y) {
      std::optional<int64_t> difference = lc::getConstant(lc::simplify(x - y));
      isSame &= difference.has_value();
      return difference.value_or(0) < 0 ? x : y;
    };
    AffineExpr low = lowest(mine.low, other.low);
    AffineExpr high =
        lowest(mine.high, other.high) == mine.high ? other.high : mine.high;
    all.everything |= !isSame;
    mine.low = low;
    mine.high = high;
  }
}

Value TpcNestTarget::load(nest::NestIndices &nest,
                          const nest::MemoryPlace &from) {
  ImplicitLocOpBuilder &b = nest.builder();
  Value coord = coordinates(nest, from);
  if (!coord)
    return {};
  auto vector = VectorType::get({laneCount}, from.element);
  if (nest.isVector(from.at))
    return tpc::LdOp::create(b, vector, from.buffer, coord);
  auto address = tpc::AddressType::get(b.getContext(), from.element);
  return tpc::LdBcastOp::create(
      b, vector, tpc::AddrOp::create(b, address, from.buffer, coord));
}

void TpcNestTarget::store(nest::NestIndices &nest, Value value,
                          const nest::MemoryPlace &to) {
  ImplicitLocOpBuilder &b = nest.builder();
  Value coord = coordinates(nest, to);
  assert(coord && "results are written along their last dimension");
  Value count;
  if (!nest.isVector(to.at))
    count = arith::ConstantOp::create(b, b.getI32IntegerAttr(1));
  tpc::StOp::create(b, value, to.buffer, coord, count);
}

Value TpcNestTarget::reduce(ImplicitLocOpBuilder &b, nest::Combine kind,
                            Value vector) {
  auto reduction = [&] {
    switch (kind) {
    case nest::Combine::sum:
      return tpc::Reduction::add;
    case nest::Combine::product:
      return tpc::Reduction::mul;
    case nest::Combine::max:
    case nest::Combine::logicalOr:
      return tpc::Reduction::max;
    case nest::Combine::min:
    case nest::Combine::logicalAnd:
      return tpc::Reduction::min;
    }
    llvm_unreachable("not a reduction");
  }();
  return tpc::ReduceOp::create(b, vector.getType(), reduction, vector);
}

Value TpcNestTarget::scratch(ImplicitLocOpBuilder &, int64_t) {
  llvm_unreachable("only attention in one kernel wants scratch memory");
}

tpc::AccessAttr TpcNestTarget::accessOf(MLIRContext *ctx, unsigned tensor,
                                        unsigned rank) const {
  const Touched &all = touched[tensor];
  SmallVector<tpc::RangeAttr> ranges;
  if (all.everything)
    return tpc::AccessAttr::get(ctx, ranges);
  AffineExpr zero = lc::constant(ctx, 0);
  for (unsigned i = 0; i < rank; ++i)
    ranges.push_back(
        i < all.ranges.size()
            ? tpc::RangeAttr::get(ctx, all.ranges[i].dim, all.ranges[i].scale,
                                  all.ranges[i].low, all.ranges[i].high)
            : tpc::RangeAttr::get(ctx, 0, 0, zero, zero));
  return tpc::AccessAttr::get(ctx, ranges);
}

} // namespace lcompile
