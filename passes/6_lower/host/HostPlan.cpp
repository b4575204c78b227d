// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Emits the plan of one function, and what the artefact says about the
// function.
#include "passes/6_lower/host/EmitExpr.h"
#include "passes/6_lower/host/HostEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace lcompile {

void HostEmitter::emitPlan(const ArenaPlan &plan) {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto type = b.getFunctionType({pointer, pointer}, {});
  auto fn = func::FuncOp::create(b, (function.getName() + "_plan").str(), type);
  OpBuilder::InsertionGuard guard(b);
  Block *entry = fn.addEntryBlock();
  b.setInsertionPointToStart(entry);
  auto element = [&](Value array, unsigned i) -> Value {
    return LLVM::GEPOp::create(b, pointer, b.getI64Type(), array,
                               ArrayRef<LLVM::GEPArg>{int32_t(i)});
  };
  SmallVector<Value> values;
  for (unsigned i = 0; i < symbols.size(); ++i)
    values.push_back(LLVM::LoadOp::create(b, b.getI64Type(),
                                          element(entry->getArgument(0), i)));
  auto number = [&](AffineExpr e) {
    return emitExpr(b, e, [&](unsigned i) { return values[i]; });
  };
  auto set = [&](unsigned i, Value v) {
    LLVM::StoreOp::create(b, v, element(entry->getArgument(1), i));
  };
  ArrayRef<ArenaSlot> slots = assignment.slots();
  if (!dynamic) {
    set(0, i64Constant(plan.bytes));
  } else {
    SmallVector<Value> top(slots.size());
    Value height = i64Constant(0);
    for (unsigned i : plan.order) {
      Value start = i64Constant(0);
      for (unsigned p : plan.below[i])
        start = arith::MaxSIOp::create(b, start, top[p]);
      set(1 + i, start);
      top[i] = arith::AddIOp::create(b, start, number(slots[i].bytes));
      height = arith::MaxSIOp::create(b, height, top[i]);
    }
    set(0, height);
  }
  for (AffineExpr expr : SmallVector<AffineExpr>(planExprs))
    set(planIndex(expr), number(expr));
  func::ReturnOp::create(b);
}

std::string HostEmitter::placeOf(Value tensor) const {
  Memory m = assignment.lookup(tensor);
  switch (m.kind) {
  case Memory::input:
    return "i" + std::to_string(m.index);
  case Memory::output:
    return "o" + std::to_string(m.index);
  case Memory::constant:
    return "c" + std::to_string(constantIndex[m.index]);
  case Memory::arena:
    return "a" + std::to_string(m.index);
  case Memory::none:
    break;
  }
  return "";
}

DictionaryAttr HostEmitter::explainPlan(const ArenaPlan &plan) {
  SmallVector<Attribute> slots;
  for (auto [i, slot] : llvm::enumerate(assignment.slots()))
    slots.push_back(b.getDictionaryAttr({
        b.getNamedAttr("text",
                       b.getStringAttr(lc::toText(slot.bytes, symbols))),
        b.getNamedAttr("bytes", b.getI64IntegerAttr(plan.sizes[i])),
        b.getNamedAttr("offset", b.getI64IntegerAttr(plan.starts[i])),
        b.getNamedAttr("begin", b.getI64IntegerAttr(slot.begin)),
        b.getNamedAttr("end", b.getI64IntegerAttr(slot.end)),
    }));
  // Kernels' functions do not outlive the plan; what they compute is kept as
  // names.
  SmallVector<NamedAttribute> kernels;
  for (Attribute dispatch : dispatches) {
    auto name = cast<StringAttr>(cast<ArrayAttr>(dispatch)[0]);
    auto callee =
        SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(function, name);
    if (!callee) // a collective
      continue;
    SmallVector<StringRef> ops;
    for (Operation &op : callee.front().without_terminator())
      ops.push_back(op.getName().stripDialect());
    kernels.push_back(b.getNamedAttr(name.getValue(), b.getStrArrayAttr(ops)));
  }
  llvm::sort(kernels);
  kernels.erase(llvm::unique(kernels), kernels.end());
  return b.getDictionaryAttr(
      {b.getNamedAttr("slots", b.getArrayAttr(slots)),
       b.getNamedAttr("schedule", b.getArrayAttr(schedule)),
       b.getNamedAttr("kernels", b.getDictionaryAttr(kernels))});
}

ArrayAttr HostEmitter::describeStates() {
  SmallVector<Attribute> states;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto kind =
        function.getArgAttrOfType<StringAttr>(i, lc::LcDialect::stateAttrName);
    if (!kind)
      continue;
    int64_t constant = -1;
    if (auto key = function.getArgAttrOfType<StringAttr>(
            i, lc::LcDialect::initialAttrName)) {
      constant = tables.constantIndex(key.getValue());
      tables.plainConstants.insert(constant);
    }
    auto whole =
        function.getArgAttrOfType<TypeAttr>(i, lc::LcDialect::wholeAttrName);
    Type type = whole ? whole.getValue() : function.getArgument(i).getType();
    states.push_back(b.getDictionaryAttr(
        {b.getNamedAttr("input", b.getI64IntegerAttr(i)),
         b.getNamedAttr("kind", kind),
         b.getNamedAttr("constant", b.getI64IntegerAttr(constant)),
         b.getNamedAttr("sharded", b.getBoolAttr(bool(whole))),
         b.getNamedAttr("whole", TypeAttr::get(type))}));
  }
  return b.getArrayAttr(states);
}

SmallVector<int64_t> HostEmitter::rankArenas(const ArenaPlan &plan) const {
  SmallVector<int64_t> values, arenas;
  for (lc::SymbolAttr symbol : symbols)
    values.push_back(
        std::min(symbol.getMax(), std::max<int64_t>(symbol.getMin(), 1 << 20)));
  auto rank =
      function->getAttrOfType<IntegerAttr>(ccl::CclDialect::rankAttrName);
  int64_t world = ccl::worldOf(function);
  for (int64_t r = 0; r < world; ++r) {
    if (rank)
      values[rank.getInt()] = r;
    arenas.push_back(arenaBytes(plan, assignment.slots(), values));
  }
  return arenas;
}

void HostEmitter::emitMetadata(const ArenaPlan &plan) {
  auto estimate =
      function->getAttrOfType<ArrayAttr>(ccl::CclDialect::estimateAttrName);
  auto run = cast<func::FuncOp>(&*b.getInsertionPoint());
  AffineExpr bytes = lc::constant(b.getContext(), 0);
  for (unsigned i : plan.tallest)
    bytes = bytes + assignment.slots()[i].bytes;
  // Dimensions that are expressions and no plain symbols are computed by the
  // plan.
  auto dims = [&](TypeRange types) {
    SmallVector<Attribute> list;
    for (Type type : types) {
      SmallVector<int64_t> indices;
      for (AffineExpr dim : lc::getDims(cast<RankedTensorType>(type))) {
        indices.push_back(isComputed(dim) ? int64_t(planIndex(dim)) : -1);
      }
      list.push_back(b.getDenseI64ArrayAttr(indices));
    }
    return b.getArrayAttr(list);
  };
  auto names = [&](unsigned count, function_ref<Attribute(unsigned)> get,
                   StringRef otherwise) {
    SmallVector<Attribute> list;
    for (unsigned i = 0; i < count; ++i) {
      Attribute name = get(i);
      list.push_back(
          name ? name
               : b.getStringAttr(otherwise + (count > 1 ? Twine(i) : Twine())));
    }
    return b.getArrayAttr(list);
  };
  StringRef nameAttr = lc::LcDialect::nameAttrName;
  SmallVector<int64_t> aliases;
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    auto alias = function.getResultAttrOfType<IntegerAttr>(
        i, lc::LcDialect::aliasAttrName);
    aliases.push_back(alias ? alias.getInt() : -1);
  }
  auto rank =
      function->getAttrOfType<IntegerAttr>(ccl::CclDialect::rankAttrName);
  auto stage =
      function->getAttrOfType<IntegerAttr>(ccl::CclDialect::zeroStageAttrName);
  SmallVector<Attribute> symbolList(symbols.begin(), symbols.end());
  Attribute explained = explainPlan(plan);
  Attribute inputDims = dims(function.getArgumentTypes());
  Attribute outputDims = dims(function.getResultTypes());
  run->setAttr(
      rt::RtDialect::functionAttrName,
      b.getDictionaryAttr({
          b.getNamedAttr("name", b.getStringAttr(function.getName())),
          b.getNamedAttr("type", TypeAttr::get(function.getFunctionType())),
          b.getNamedAttr("inputs", names(
                                       function.getNumArguments(),
                                       [&](unsigned i) {
                                         return function.getArgAttr(i,
                                                                    nameAttr);
                                       },
                                       "input")),
          b.getNamedAttr("outputs", names(
                                        function.getNumResults(),
                                        [&](unsigned i) {
                                          return function.getResultAttr(
                                              i, nameAttr);
                                        },
                                        "output")),
          b.getNamedAttr("input_dims", inputDims),
          b.getNamedAttr("output_dims", outputDims),
          b.getNamedAttr("aliases", b.getDenseI64ArrayAttr(aliases)),
          b.getNamedAttr("symbols", b.getArrayAttr(symbolList)),
          b.getNamedAttr("states", describeStates()),
          b.getNamedAttr("estimate", estimate ? estimate : b.getArrayAttr({})),
          b.getNamedAttr("zero_stage",
                         b.getI64IntegerAttr(stage ? stage.getInt() : 0)),
          b.getNamedAttr("rank_arenas",
                         b.getDenseI64ArrayAttr(rankArenas(plan))),
          b.getNamedAttr("world", b.getI64IntegerAttr(ccl::worldOf(function))),
          b.getNamedAttr("rank_symbol",
                         b.getI64IntegerAttr(rank ? rank.getInt() : -1)),
          b.getNamedAttr("dispatches", b.getArrayAttr(dispatches)),
          b.getNamedAttr("plan_values",
                         b.getI64IntegerAttr(
                             1 + (dynamic ? assignment.slots().size() : 0) +
                             planExprs.size())),
          b.getNamedAttr("arena_text", b.getStringAttr(lc::toText(
                                           lc::simplify(bytes), symbols))),
          b.getNamedAttr("arena_bytes", b.getI64IntegerAttr(plan.bytes)),
          b.getNamedAttr("live_bytes", b.getI64IntegerAttr(plan.liveBytes)),
          b.getNamedAttr("explained", explained),
      }));
}

} // namespace lcompile
