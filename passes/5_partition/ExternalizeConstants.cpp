// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Moves constants with different elements to the weights.
#include "dialects/lc/IR/LcOps.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_EXTERNALIZECONSTANTS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// The elements as they lie in memory: bool is a byte.
std::vector<char> bytesOf(DenseElementsAttr elements) {
  if (!elements.getElementType().isInteger(1)) {
    ArrayRef<char> raw = elements.getRawData();
    return {raw.begin(), raw.end()};
  }
  std::vector<char> bytes;
  for (bool value : elements.getValues<bool>())
    bytes.push_back(value);
  return bytes;
}

struct ExternalizeConstantsPass
    : lcompile::impl::ExternalizeConstantsBase<ExternalizeConstantsPass> {
  void runOnOperation() override {
    lc::WeightStore &store = lc::getWeightStore(&getContext());
    getOperation()->walk([&](lc::ConstantOp op) {
      auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
      if (!elements || elements.isSplat())
        return;
      auto type = cast<RankedTensorType>(op.getType());
      std::string key = store.insertCopy("constant", type, bytesOf(elements));
      OpBuilder b(op);
      auto parameter = lc::ParameterOp::create(b, op.getLoc(), type, key);
      op.replaceAllUsesWith(parameter.getResult());
      op.erase();
    });
  }
};

} // namespace
