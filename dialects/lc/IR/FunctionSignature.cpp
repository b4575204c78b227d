// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Inputs and outputs that are added to a function of a model.
#include "dialects/lc/IR/FunctionSignature.h"

#include "dialects/lc/IR/LcDialect.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace lcompile;

Value lc::addInput(FunctionOpInterface function, RankedTensorType type,
                   const Twine &name) {
  Builder b(function.getContext());
  unsigned index = function.getNumArguments();
  auto attributes = b.getDictionaryAttr(
      b.getNamedAttr(LcDialect::nameAttrName, b.getStringAttr(name)));
  if (failed(
          function.insertArgument(index, type, attributes, function.getLoc())))
    llvm_unreachable("inputs can be added to any function");
  return function.getArgument(index);
}

void lc::markState(FunctionOpInterface function, unsigned input, StringRef kind,
                   StringRef initial) {
  Builder b(function.getContext());
  function.setArgAttr(input, LcDialect::stateAttrName, b.getStringAttr(kind));
  if (!initial.empty())
    function.setArgAttr(input, LcDialect::initialAttrName,
                        b.getStringAttr(initial));
}

Value lc::addState(FunctionOpInterface function, RankedTensorType type,
                   const Twine &name, StringRef kind, StringRef initial) {
  Value input = addInput(function, type, name);
  markState(function, cast<BlockArgument>(input).getArgNumber(), kind, initial);
  return input;
}

static void addResult(FunctionOpInterface function, Value value,
                      ArrayRef<NamedAttribute> attributes) {
  if (failed(function.insertResult(
          function.getNumResults(), value.getType(),
          DictionaryAttr::get(function.getContext(), attributes))))
    llvm_unreachable("outputs can be added to any function");
  Operation *end = function.getFunctionBody().front().getTerminator();
  end->insertOperands(end->getNumOperands(), value);
}

void lc::addOutput(FunctionOpInterface function, Value value,
                   const Twine &name) {
  Builder b(function.getContext());
  addResult(function, value,
            b.getNamedAttr(LcDialect::nameAttrName, b.getStringAttr(name)));
}

void lc::addUpdate(FunctionOpInterface function, BlockArgument input,
                   Value value) {
  Builder b(function.getContext());
  unsigned index = input.getArgNumber();
  addResult(
      function, value,
      {b.getNamedAttr(LcDialect::aliasAttrName, b.getI64IntegerAttr(index)),
       b.getNamedAttr(LcDialect::nameAttrName,
                      function.getArgAttr(index, LcDialect::nameAttrName))});
}

Location lc::locationOfReader(Value v) {
  Block *block = v.getParentBlock();
  Operation *first = nullptr, *place = nullptr;
  for (Operation *user : v.getUsers()) {
    Operation *here = block->findAncestorOpInBlock(*user);
    if (!isa<UnknownLoc>(user->getLoc()) &&
        (!first || here->isBeforeInBlock(place))) {
      first = user;
      place = here;
    }
  }
  return first ? first->getLoc() : v.getLoc();
}
