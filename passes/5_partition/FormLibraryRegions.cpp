// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts contractions and what follows them into library kernels.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "passes/5_partition/RegionBuilder.h"
#include "passes/6_lower/cpu/LibraryOp.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_FORMLIBRARYREGIONS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

using Group = llvm::SetVector<Operation *>;

/// The views and fills in `block` that lead to `v`, nearest first.
SmallVector<Operation *> viewsBehind(Value v, Block *block) {
  SmallVector<Operation *> chain;
  while (Operation *op = v.getDefiningOp()) {
    if (op->getBlock() != block)
      break;
    if (isa<lc::FullOp>(op)) {
      chain.push_back(op);
      break;
    }
    if (!isa<lc::View>(op))
      break;
    chain.push_back(op);
    v = op->getOperand(0);
  }
  return chain;
}

/// A product of few rows with weights streams the weights once; a generated
/// tile has all rows in registers, and calling it costs less than calling the
/// library.
bool isStreaming(Operation *op) {
  constexpr int64_t mostRows = 8;
  auto matmul = dyn_cast<lc::MatmulOp>(op);
  if (!matmul || matmul.getTransposeA() ||
      !matmul.getRhs().getDefiningOp<lc::ParameterOp>())
    return false;
  lc::Dims rows = lc::getDims(matmul.getLhs());
  rows.pop_back();
  std::optional<int64_t> count =
      lc::getConstant(lc::numElements(rows, op->getContext()));
  return cast<RankedTensorType>(matmul.getRhs().getType()).getRank() == 2 &&
         count && *count > 1 && *count <= mostRows;
}

struct FormLibraryRegionsPass
    : lcompile::impl::FormLibraryRegionsBase<FormLibraryRegionsPass> {
  using FormLibraryRegionsBase::FormLibraryRegionsBase;

  void runOnOperation() override {
    SmallVector<Operation *> contractions;
    getOperation()->walk([&](Operation *op) {
      if (lc::isContraction(op))
        contractions.push_back(op);
    });
    for (Operation *op : contractions)
      form(op);
  }

  void form(Operation *root) {
    auto function = root->getParentOfType<func::FuncOp>();
    SmallVector<lc::SymbolAttr> symbols = lc::getSymbols(function);
    auto works = [&](const Group &group, Value result) {
      return succeeded(describeLibraryOp(group, result, symbols));
    };
    Group group;
    group.insert(root);
    // What the library does not have is generated (lc-native-contractions).
    Type element = getElementTypeOrSelf(root->getResult(0).getType());
    bool has = element.isF32() || (element.isBF16() && bf16);
    if (!has || isStreaming(root) || !works(group, root->getResult(0)))
      return;
    // Take in as many views of each operand as the library can read through.
    for (Value operand : root->getOperands()) {
      SmallVector<Operation *> chain = viewsBehind(operand, root->getBlock());
      for (size_t n = chain.size(); n > 0; --n) {
        Group larger = group;
        larger.insert(chain.begin(), chain.begin() + n);
        if (works(larger, root->getResult(0))) {
          group = std::move(larger);
          break;
        }
      }
    }
    // Then follow the only use of the result.
    Value result = root->getResult(0);
    Operation *last = root;
    while (result.hasOneUse()) {
      Operation *user = *result.getUsers().begin();
      if (user->getBlock() != root->getBlock() || !isa<lc::Elementwise>(user))
        break;
      Group larger = group;
      larger.insert(user);
      for (Value operand : user->getOperands())
        if (operand != result)
          for (Operation *view : viewsBehind(operand, root->getBlock()))
            larger.insert(view);
      if (!works(larger, user->getResult(0)))
        break;
      group = std::move(larger);
      result = user->getResult(0);
      last = user;
    }
    wrapInRegion(group, result, kernel::Unit::cpu_library, last);
  }
};

} // namespace
