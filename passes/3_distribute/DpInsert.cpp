// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Data parallelism: every rank has a batch of its own.
#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/TensorMath.h"
#include "dialects/zero/IR/ZeroDialect.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_DPINSERT
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// The symbol that is the caller's rank, behind those that there are.
void declareRank(func::FuncOp function, int64_t world) {
  Builder b(function.getContext());
  SmallVector<lc::SymbolAttr> symbols = lc::getSymbols(function);
  std::string name = "rank";
  while (llvm::any_of(symbols,
                      [&](lc::SymbolAttr s) { return s.getName() == name; }))
    name += "_";
  function->setAttr(ccl::CclDialect::worldAttrName, b.getI64IntegerAttr(world));
  symbols.push_back(lc::SymbolAttr::get(b.getContext(), name, 0, world - 1, 1));
  function->setAttr(lc::LcDialect::symbolsAttrName,
                    b.getArrayAttr({symbols.begin(), symbols.end()}));
  function->setAttr(ccl::CclDialect::rankAttrName,
                    b.getI64IntegerAttr(symbols.size() - 1));
}

Value reduce(ImplicitLocOpBuilder &b, Value summand, ccl::Red red,
             StringRef name) {
  Value partial = ccl::MarkPartialOp::create(b, summand.getType(), summand);
  return ccl::AllReduceOp::create(b, TypeRange(partial.getType()), partial, red,
                                  b.getStrArrayAttr(name))
      .getResult(0);
}

/// What `map` makes of the elements, in f32, added up.
using Map = Value (*)(lc::TensorMath &, Value);

Value square(lc::TensorMath &m, Value v) {
  return m.square(m.convert(v, m.b.getF32Type()));
}

Value isNonfinite(lc::TensorMath &m, Value v) {
  v = m.convert(v, m.b.getF32Type());
  Value isFinite =
      m.less(m.make<lc::AbsOp>(v), std::numeric_limits<double>::infinity());
  return m.where(isFinite, m.zeros(v),
                 m.full(1, v)); // NaN is less than nothing
}

/// The ranks add up a part each, and then the parts' sums.
Value sumOver(Operation *op, Map map, StringRef name, lc::TensorMath &m,
              int64_t world) {
  Value v = op->getOperand(0);
  auto type = cast<RankedTensorType>(v.getType());
  if (world > 1)
    v = ccl::ShardSliceOp::create(m.b, ccl::partType(op, type), v);
  int64_t rank = cast<RankedTensorType>(v.getType()).getRank();
  Value sum = m.sum(map(m, v), llvm::to_vector(llvm::seq<int64_t>(0, rank)),
                    /*keepdim=*/false);
  return world > 1 ? reduce(m.b, sum, ccl::Red::sum, name) : sum;
}

/// What rank 0 makes of the running statistics, since every rank sees another
/// batch.
void shareBuffers(func::FuncOp function) {
  Operation *end = function.front().getTerminator();
  ImplicitLocOpBuilder b(function.getLoc(), end);
  for (OpOperand &result : end->getOpOperands()) {
    auto alias = function.getResultAttrOfType<IntegerAttr>(
        result.getOperandNumber(), lc::LcDialect::aliasAttrName);
    if (!alias)
      continue;
    auto kind = function.getArgAttrOfType<StringAttr>(
        alias.getInt(), lc::LcDialect::stateAttrName);
    if (!kind || kind.getValue() != "buffer")
      continue;
    auto name = function.getArgAttrOfType<StringAttr>(
        alias.getInt(), lc::LcDialect::nameAttrName);
    result.set(ccl::BroadcastOp::create(b, TypeRange(result.get().getType()),
                                        result.get(), b.getArrayAttr({name}))
                   .getResult(0));
  }
}

/// Each rank draws random numbers of its own.
void seedByRank(func::FuncOp function) {
  auto rank =
      function->getAttrOfType<IntegerAttr>(ccl::CclDialect::rankAttrName);
  AffineExpr symbol =
      getAffineSymbolExpr(unsigned(rank.getInt()), function.getContext());
  function.walk([&](lc::PhiloxOp op) {
    ImplicitLocOpBuilder b(op.getLoc(), op);
    lc::TensorMath m(b);
    Value own = m.make<lc::SizeOp>(RankedTensorType::get({}, b.getI64Type()),
                                   lc::DimsAttr::get({symbol}, b.getContext()));
    op.getSeedMutable().assign(
        m.add(op.getSeed(), m.spread(own, op.getSeed())));
  });
}

struct DpInsertPass : lcompile::impl::DpInsertBase<DpInsertPass> {
  using DpInsertBase::DpInsertBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    SmallVector<Operation *> ops;
    function.walk([&](Operation *op) {
      if (isa<zero::ReduceGradOp, zero::SquareSumOp, zero::CountNonfiniteOp>(
              op))
        ops.push_back(op);
    });
    if (ops.empty())
      return;
    if (world > 1)
      declareRank(function, world);
    for (Operation *op : ops) {
      ImplicitLocOpBuilder b(op->getLoc(), op);
      lc::TensorMath m(b);
      Value result;
      if (isa<zero::SquareSumOp>(op))
        result = sumOver(op, square, "square_sum", m, world);
      else if (isa<zero::CountNonfiniteOp>(op))
        result = sumOver(op, isNonfinite, "nonfinite", m, world);
      else
        result = op->getOperand(0);
      auto gradient = dyn_cast<zero::ReduceGradOp>(op);
      if (gradient && world > 1)
        result = reduce(b, result, ccl::Red::avg, gradient.getParameter());
      op->getResult(0).replaceAllUsesWith(result);
      op->erase();
    }
    if (world > 1) {
      shareBuffers(function);
      seedByRank(function);
    }
  }
};

} // namespace
