// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Builds one imported function: inputs, calls, outputs.
#include "lib/Import/Aten/ProgramBuilder.h"

#include "dialects/lc/IR/FunctionSignature.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "dialects/lc/IR/WeightStore.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace lcompile::import {

ProgramBuilder::ProgramBuilder(MLIRContext *ctx, StringRef functionName)
    : ctx(ctx), b(ctx), module(ModuleOp::create(UnknownLoc::get(ctx))),
      functionName(functionName) {
  ctx->loadDialect<lc::LcDialect, func::FuncDialect, arith::ArithDialect>();
}

AffineExpr ProgramBuilder::addSymbol(StringRef name, int64_t min, int64_t max,
                                     int64_t divisor) {
  for (auto [i, symbol] : llvm::enumerate(symbols))
    if (symbol.getName() == name)
      return getAffineSymbolExpr(i, ctx);
  symbols.push_back(lc::SymbolAttr::get(ctx, name, min, max, divisor));
  return getAffineSymbolExpr(symbols.size() - 1, ctx);
}

unsigned ProgramBuilder::addInput(StringRef name, ArrayRef<AffineExpr> dims,
                                  Type element) {
  inputNames.push_back(name.str());
  inputTypes.push_back(lc::makeTensorType(dims, element));
  return inputTypes.size() - 1;
}

void ProgramBuilder::begin() {
  b.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(b, b.getUnknownLoc(), functionName,
                                  b.getFunctionType(inputTypes, {}));
  if (!symbols.empty()) {
    SmallVector<Attribute> list(symbols.begin(), symbols.end());
    function->setAttr(lc::LcDialect::symbolsAttrName, b.getArrayAttr(list));
  }
  for (auto [i, name] : llvm::enumerate(inputNames))
    function.setArgAttr(i, lc::LcDialect::nameAttrName, b.getStringAttr(name));
  b.setInsertionPointToStart(function.addEntryBlock());
}

Datum ProgramBuilder::input(unsigned index) {
  return Value(function.getArgument(index));
}

void ProgramBuilder::markBuffer(unsigned index, StringRef key) {
  lc::markState(function, index, "buffer", key);
}

std::set<unsigned> ProgramBuilder::changedInputs() {
  std::set<unsigned> changed;
  function.walk([&](lc::OverwriteOp op) {
    auto argument = dyn_cast<BlockArgument>(lc::viewedValue(op.getDest()));
    if (argument && argument.getOwner() == &function.front())
      changed.insert(argument.getArgNumber());
  });
  return changed;
}

void ProgramBuilder::freezeInput(unsigned index, StringRef key) {
  BlockArgument argument = function.getArgument(index);
  argument.replaceAllUsesWith(
      parameter(key, cast<RankedTensorType>(argument.getType())).value());
  frozen.resize(inputTypes.size());
  frozen.set(index);
}

Datum ProgramBuilder::parameter(StringRef key, RankedTensorType type,
                                const ModelLocation &where, bool trainable) {
  Value &value = parameters[key];
  if (!value) {
    // Weights stand at the start of the function, where every region sees them.
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&function.front());
    value = lc::ParameterOp::create(b, location(where), type, key, trainable);
  }
  return value;
}

Datum ProgramBuilder::constant(ElementsAttr value, const ModelLocation &where) {
  return Value(lc::ConstantOp::create(b, location(where), value));
}

static std::string describe(const Args &args) {
  std::string text;
  for (const auto &[name, value] : args)
    text += (text.empty() ? "" : ", ") + name + ": " + value.describe();
  return text;
}

void ProgramBuilder::refuse(StringRef schema, const ModelLocation &where,
                            const Twine &reason, const Args &args) {
  covered.issues.push_back(
      {schema.str(), where, reason.str(), describe(args), node});
}

/// "aten::add_.Tensor" -> "aten::add.Tensor" when it names an in-place
/// operator.
static std::optional<std::string> functionalForm(StringRef schema) {
  auto [name, overload] = schema.split('.');
  if (!name.consume_back("_") || name.ends_with("_") || name.ends_with("::"))
    return std::nullopt;
  return overload.empty() ? name.str() : (name + "." + overload).str();
}

Data ProgramBuilder::call(StringRef schema, Args args,
                          const ModelLocation &where, unsigned resultCount) {
  ++covered.operators;
  Data poisoned(resultCount, Datum::poison());
  StringRef name = schema;
  name.consume_back(".default");
  std::string functional;
  AtenRule rule = AtenTable::get().lookup(name);
  bool inPlace = false;
  if (!rule)
    if (auto form = functionalForm(name)) {
      functional = *form;
      rule = AtenTable::get().lookup(functional);
      inPlace = rule != nullptr;
    }
  if (!rule) {
    refuse(name, where, "no rule for this operator", args);
    return poisoned;
  }
  for (const auto &[key, value] : args)
    if (value.isPoison())
      return poisoned;

  Operation *before =
      b.getInsertionBlock()->empty() ? nullptr : &b.getInsertionBlock()->back();
  AtenCall call(b, location(where), inPlace ? functional : name.str(),
                std::move(args), symbols);
  if (drawsRandom)
    call.random = &random;
  rule(call);
  if (!call.refused() && call.results.size() < resultCount)
    call.refuse("gives " + Twine(call.results.size()) + " results, " +
                Twine(resultCount) + " are used");
  Value self = inPlace && !call.refused() ? call.tensor("self") : Value();
  if (self && !call.refused()) {
    Value value = call.convert(call.results[0].value(), call.elementOf(self));
    if (value && value.getType() != self.getType())
      value = call.broadcastTo(value, lc::getDims(self));
    if (value)
      lc::OverwriteOp::create(b, call.b.getLoc(), self, value);
    call.results[0] = self;
  }
  if (!call.refused())
    return std::move(call.results);

  // Take away what the rule had built before it found out.
  Block *block = b.getInsertionBlock();
  while (!block->empty() && &block->back() != before)
    block->back().erase();
  refuse(name, where, call.reason, call.args);
  return poisoned;
}

OwningOpRef<ModuleOp> ProgramBuilder::finish(const Data &outputs,
                                             ArrayRef<std::string> names,
                                             ArrayRef<int64_t> aliases) {
  if (!covered.issues.empty())
    return {};
  SmallVector<Value> values;
  for (auto [i, output] : llvm::enumerate(outputs)) {
    Value v;
    if (output.isTensor()) {
      v = output.value();
    } else if (Value scalar = carry(output, b.getUnknownLoc())) {
      auto type = RankedTensorType::get({}, scalar.getType());
      v = lc::ScalarOp::create(b, b.getUnknownLoc(), type, scalar);
    } else {
      refuse("output", {},
             "output " + Twine(i) + " is " + output.describe() +
                 ", expected a tensor or number");
      return {};
    }
    values.push_back(v);
  }
  func::ReturnOp::create(b, b.getUnknownLoc(), values);
  function.setFunctionType(
      b.getFunctionType(inputTypes, TypeRange(ValueRange(values))));
  for (size_t i = 0; i < values.size(); ++i) {
    std::string name =
        i < names.size() ? names[i] : "output" + std::to_string(i);
    function.setResultAttr(i, lc::LcDialect::nameAttrName,
                           b.getStringAttr(name));
    if (i >= aliases.size() || aliases[i] < 0)
      continue;
    int64_t input = aliases[i];
    for (unsigned before : frozen.set_bits())
      input -= before < aliases[i];
    function.setResultAttr(i, lc::LcDialect::aliasAttrName,
                           b.getI64IntegerAttr(input));
  }
  if (frozen.any() && failed(function.eraseArguments(frozen)))
    llvm_unreachable("frozen inputs have no uses");
  return std::move(module);
}

} // namespace lcompile::import
