// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random numbers from a counter that is a state.
#include "passes/2_train/RandomState.h"

#include "dialects/lc/IR/FunctionSignature.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "dialects/lc/IR/WeightStore.h"

using namespace mlir;
using namespace lcompile;

/// The place of each element in row-major order.
static Value placesOf(RankedTensorType type, ImplicitLocOpBuilder &b) {
  lc::Dims dims = lc::getDims(type);
  AffineExpr count = lc::simplify(lc::numElements(dims, b.getContext()));
  Value places =
      lc::IotaOp::create(b, lc::makeTensorType({count}, b.getI64Type()),
                         b.getI64IntegerAttr(0), b.getI64IntegerAttr(1));
  return lc::reshape(b, b.getLoc(), places, dims);
}

void lcompile::keepRandomState(FunctionOpInterface function, int64_t seed) {
  SmallVector<lc::RandOp> sites;
  function.walk([&](lc::RandOp op) { sites.push_back(op); });
  if (sites.empty())
    return;
  Block &block = function.getFunctionBody().front();
  auto b = ImplicitLocOpBuilder::atBlockBegin(sites.front().getLoc(), &block);
  lc::TensorMath m(b);
  auto type = RankedTensorType::get({2}, b.getI64Type());
  int64_t first[] = {seed, 0};
  std::string key =
      lc::getWeightStore(b.getContext())
          .insertCopy("random", type,
                      {reinterpret_cast<const char *>(first), sizeof first});
  Value state = lc::addState(function, type, "random", "counter", key);
  auto word = [&](int64_t i) {
    auto start =
        lc::DimsAttr::get({lc::constant(b.getContext(), i)}, b.getContext());
    Value v = m.make<lc::SliceOp>(RankedTensorType::get({1}, b.getI64Type()),
                                  state, b.getI64IntegerAttr(0), start,
                                  b.getI64IntegerAttr(1));
    return lc::reshape(b, b.getLoc(), v, {});
  };
  Value key0 = word(0), offset = word(1);
  int64_t count = 0;
  for (lc::RandOp op : sites) {
    count = std::max(count, int64_t(op.getSite()) + 1);
    ImplicitLocOpBuilder at(op.getLoc(), op);
    lc::TensorMath here(at);
    auto wanted = cast<RankedTensorType>(op.getType());
    Value places = placesOf(wanted, at);
    auto f32 = lc::withElement(wanted, at.getF32Type());
    Value u = here.make<lc::PhiloxOp>(
        f32, places,
        here.spread(here.add(offset, double(op.getSite())), places),
        here.spread(key0, places));
    op.replaceAllUsesWith(here.convert(u, wanted.getElementType()));
    op.erase();
  }
  b.setInsertionPoint(block.getTerminator());
  auto step = DenseElementsAttr::get(type, ArrayRef<int64_t>{0, count});
  Value next = m.add(state, m.make<lc::ConstantOp>(step));
  lc::addUpdate(function, cast<BlockArgument>(state), next);
}
