// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A loss behind an imported model, by the rules that models use themselves.
#include "lib/Import/Aten/AddLoss.h"

#include "dialects/lc/IR/FunctionSignature.h"
#include "lib/Import/Aten/AtenCall.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace lcompile::import {

namespace {
struct Loss {
  StringLiteral name, schema;
};
constexpr Loss losses[] = {
    {"cross_entropy", "aten::cross_entropy_loss"},
    {"mse", "aten::mse_loss"},
    {"l1", "aten::l1_loss"},
    {"smooth_l1", "aten::smooth_l1_loss"},
    {"huber", "aten::huber_loss"},
    {"bce_with_logits", "aten::binary_cross_entropy_with_logits"},
};

/// The type of the target, and what the loss sees of the output.
std::pair<RankedTensorType, Value> operands(AtenCall &call, StringRef loss,
                                            Value output) {
  auto type = cast<RankedTensorType>(output.getType());
  if (loss != "cross_entropy")
    return {type, output};
  lc::Dims dims = lc::getDims(output), places(dims);
  int64_t rank = type.getRank();
  if (rank == 0)
    return {};
  places.erase(places.begin() + (rank > 3 ? 1 : rank - 1));
  auto target = lc::makeTensorType(places, call.i64());
  if (rank == 3) // ATen wants classes in dimension 1
    output = call.permute(output, {0, 2, 1});
  return {target, output};
}
} // namespace

llvm::Error addLoss(ModuleOp module, StringRef name) {
  auto function = *module.getOps<func::FuncOp>().begin();
  Operation *end = function.front().getTerminator();
  const Loss *loss =
      llvm::find_if(losses, [&](const Loss &l) { return l.name == name; });
  if (loss == std::end(losses) && name != "output") {
    std::string known = "output";
    for (const Loss &l : losses)
      known += (", " + l.name).str();
    return llvm::createStringError("unknown loss '" + name +
                                   "', expected one of " + known);
  }
  StringRef alias = lc::LcDialect::aliasAttrName,
            nameAttr = lc::LcDialect::nameAttrName;
  if (!end->getNumOperands() || function.getResultAttr(0, alias))
    return llvm::createStringError("cannot train: the model has no output");
  OpBuilder b(end);
  Value value = end->getOperand(0);
  if (name != "output") {
    AtenCall call(b, value.getLoc(), loss->schema, {}, {});
    auto [target, seen] = operands(call, name, value);
    if (!target || !isa<FloatType>(getElementTypeOrSelf(value.getType())))
      return llvm::createStringError("cannot take loss '" + name +
                                     "' of an output of type " +
                                     Datum(value).describe());
    call.args = {{"self", Datum(seen)},
                 {"target", Datum(lc::addInput(function, target, "target"))}};
    AtenTable::get().lookup(loss->schema)(call);
    if (call.refused())
      return llvm::createStringError("cannot take loss '" + name +
                                     "': " + call.reason);
    value = call.results[0].value();
  }
  llvm::BitVector dropped(end->getNumOperands());
  for (unsigned i = 1; i < end->getNumOperands(); ++i)
    if (!function.getResultAttr(i, alias))
      dropped.set(i);
  end->setOperand(0, value);
  end->eraseOperands(dropped);
  // In two steps, because the first result has another type now.
  if (failed(function.eraseResults(dropped)))
    return llvm::createStringError("cannot drop outputs of the model");
  SmallVector<Type> types(end->getOperandTypes());
  function.setType(b.getFunctionType(function.getArgumentTypes(), types));
  function.setResultAttr(0, nameAttr, b.getStringAttr("loss"));
  return llvm::Error::success();
}

} // namespace lcompile::import
