// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Emits the rt program of one function: kernels, copies, control flow.
#include "passes/6_lower/host/HostEmitter.h"

#include "lib/Support/ModelLocation.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/6_lower/host/EmitExpr.h"
#include "passes/6_lower/host/LibraryTable.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace lcompile {

static bool isTensor(Value v) { return isa<RankedTensorType>(v.getType()); }

/// A thread should have at least this many elements to compute.
static constexpr int64_t workPerThread = 32768;

HostEmitter::HostEmitter(func::FuncOp function, ModuleTables &tables)
    : function(function), tables(tables), assignment(function),
      b(function.getLoc(), OpBuilder(function)),
      symbols(lc::getSymbols(function)) {
  for (const std::string &key : assignment.constants())
    constantIndex.push_back(tables.constantIndex(key));
  arena = planArena(assignment.slots(), symbols);
  for (const ArenaSlot &slot : assignment.slots())
    dynamic |= !lc::getConstant(slot.bytes);
}

LogicalResult HostEmitter::emit() {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto run =
      func::FuncOp::create(b, (function.getName() + "_run").str(),
                           b.getFunctionType({pointer}, {b.getI32Type()}));
  b.setInsertionPointToStart(run.addEntryBlock());
  emitBlock(function.front());
  // The plan also computes the sizes of inputs and outputs that are
  // expressions.
  for (TypeRange types : {TypeRange(function.getArgumentTypes()),
                          TypeRange(function.getResultTypes())})
    for (Type type : types)
      for (AffineExpr dim : lc::getDims(cast<RankedTensorType>(type)))
        if (isComputed(dim))
          planIndex(dim);
  b.setInsertionPoint(function);
  emitPlan(arena);
  b.setInsertionPoint(run);
  emitMetadata(arena);
  return success();
}

//===----------------------------------------------------------------------===//
// Numbers and addresses
//===----------------------------------------------------------------------===//

Value HostEmitter::i64Constant(int64_t value) {
  return arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
}

Value HostEmitter::scalar(AffineExpr expr) {
  return emitExpr(b, expr, [&](unsigned i) -> Value {
    return rt::SymbolOp::create(b, b.getI64Type(), b.getI64IntegerAttr(i));
  });
}

unsigned HostEmitter::planIndex(AffineExpr expr) {
  auto it = llvm::find(planExprs, expr);
  unsigned offset = 1 + (dynamic ? assignment.slots().size() : 0);
  unsigned index = offset + (it - planExprs.begin());
  if (it == planExprs.end())
    planExprs.push_back(expr);
  return index;
}

Value HostEmitter::address(Memory memory) {
  auto index = [&](unsigned i) { return b.getI64IntegerAttr(i); };
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  switch (memory.kind) {
  case Memory::input:
    return rt::InputOp::create(b, pointer, index(memory.index));
  case Memory::output:
    return rt::OutputOp::create(b, pointer, index(memory.index));
  case Memory::constant:
    tables.plainConstants.insert(constantIndex[memory.index]);
    return rt::ConstantOp::create(b, pointer,
                                  index(constantIndex[memory.index]));
  case Memory::arena: {
    Value offset;
    if (dynamic) {
      offset = rt::PlanOp::create(b, b.getI64Type(), index(1 + memory.index));
    } else {
      offset = i64Constant(arena.starts[memory.index]);
    }
    return rt::ArenaOp::create(b, pointer, offset);
  }
  case Memory::none:
    break;
  }
  llvm_unreachable("a tensor without memory");
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

void HostEmitter::emitBlock(Block &block) {
  for (Operation &op : block)
    emitOp(op);
}

void HostEmitter::emitOp(Operation &op) {
  b.setLoc(op.getLoc());
  TypeSwitch<Operation *>(&op)
      .Case([&](kernel::CallOp o) { emitCall(o); })
      .Case([&](ccl::StartOp o) { emitStart(o); })
      .Case([&](ccl::WaitOp o) { emitWait(o); })
      .Case([&](scf::IfOp o) { emitIf(o); })
      .Case([&](scf::ForOp o) { emitFor(o); })
      .Case([&](scf::WhileOp o) { emitWhile(o); })
      .Case([&](func::ReturnOp o) { emitReturn(o); })
      .Case([&](lc::ItemOp o) {
        Value v = rt::LoadOp::create(b, o.getType(), buffer(o.getInput()));
        scalars.map(o.getResult(), v);
      })
      .Case([&](lc::ScalarOp o) {
        rt::StoreOp::create(b, scalars.lookup(o.getInput()),
                            buffer(o.getResult()));
      })
      .Case([&](arith::SelectOp o) {
        if (isTensor(o.getResult()))
          emitSelect(o);
        else
          b.clone(*o, scalars);
      })
      .Case<lc::ReshapeOp, lc::ParameterOp>([](Operation *) {})
      .Default([&](Operation *o) { b.clone(*o, scalars); });
}

int64_t HostEmitter::addDispatch(kernel::CallOp call) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  StringRef unit = *kernel::getUnit(callee) == kernel::Unit::cpu_codegen
                       ? "cpu-codegen"
                       : "cpu-library";
  return addDispatch(call, call.getCallee(), unit, call.getInputs(),
                     call.getResults());
}

int64_t HostEmitter::addDispatch(Operation *op, StringRef kernel,
                                 StringRef unit, ValueRange reads,
                                 ValueRange writes) {
  dispatches.push_back(b.getStrArrayAttr({kernel, unit, toText(op->getLoc())}));
  auto places = [&](ValueRange tensors) {
    SmallVector<Attribute> list;
    for (Value v : tensors)
      list.push_back(b.getStringAttr(placeOf(v)));
    return b.getArrayAttr(list);
  };
  schedule.push_back(b.getDictionaryAttr(
      {b.getNamedAttr("step", b.getI64IntegerAttr(assignment.stepOf(op))),
       b.getNamedAttr("reads", places(reads)),
       b.getNamedAttr("writes", places(writes))}));
  return dispatches.size() - 1;
}

void HostEmitter::emitCall(kernel::CallOp call) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  // A kernel that writes only a part needs the rest where its result lies.
  if (callee->hasAttr(kernel::KernelDialect::updateAttrName)) {
    auto inplace = callee->getAttrOfType<DenseI64ArrayAttr>(
        kernel::KernelDialect::inplaceAttrName);
    Value operand = call.getInputs()[inplace[0]];
    Memory from = assignment.lookup(operand),
           to = assignment.lookup(call.getResult(0));
    if (!(from == to))
      copy(to, from, operand);
  }
  if (*kernel::getUnit(callee) == kernel::Unit::cpu_library)
    emitLibraryCall(call, callee);
  else
    emitCodegenCall(call, callee);
  if (underWay)
    rt::PollOp::create(b);
}

void HostEmitter::emitCodegenCall(kernel::CallOp call, func::FuncOp callee) {
  SmallVector<Value> buffers;
  for (Value v : call.getInputs())
    buffers.push_back(buffer(v));
  for (Value v : call.getResults())
    buffers.push_back(buffer(v));
  auto extent = callee->getAttrOfType<lc::DimsAttr>("kernel.extent");
  auto work = callee->getAttrOfType<lc::DimsAttr>("kernel.work");
  AffineExpr each = work.getExprs()[0], grain = lc::constant(b.getContext(), 1);
  if (auto n = lc::getConstant(each))
    grain = lc::constant(
        b.getContext(),
        std::max<int64_t>(1, workPerThread / std::max<int64_t>(*n, 1)));
  else // + 1 keeps the divisor positive where a size is 0
    grain = lc::constant(b.getContext(), workPerThread).ceilDiv(each + 1);
  int64_t id = addDispatch(call);
  rt::DispatchOp::create(b, (callee.getName() + "_code").str(), buffers,
                         scalar(extent.getExprs()[0]), scalar(grain), id);
}

void HostEmitter::emitLibraryCall(kernel::CallOp call, func::FuncOp callee) {
  llvm::SetVector<Operation *> group;
  for (Operation &op : callee.front().without_terminator())
    group.insert(&op);
  Value root = callee.front().getTerminator()->getOperand(0);
  FailureOr<LibraryOp> op = describeLibraryOp(group, root, symbols);
  assert(succeeded(op) &&
         "partitioning made a region that the library refuses");
  auto operandOf = [&](const LibraryTensor &t) {
    return call.getInputs()[cast<BlockArgument>(t.base).getArgNumber()];
  };
  auto at = [&](const LibraryTensor &t) -> Value {
    Value base = buffer(operandOf(t));
    if (lc::isConstant(t.offset, 0))
      return base;
    AffineExpr bytes = t.offset * int64_t(lc::byteWidth(t.element));
    return rt::OffsetOp::create(b, base.getType(), base,
                                scalar(lc::simplify(bytes)));
  };
  auto none = [&]() -> Value {
    return LLVM::ZeroOp::create(b, LLVM::LLVMPointerType::get(b.getContext()));
  };
  int64_t weights = -1;
  Memory memory = assignment.lookup(operandOf(op->weights));
  if (memory.kind == Memory::constant &&
      lc::isConstant(op->weights.offset, 0) &&
      op->kind != LC_LIBRARY_CONV_GRAD_WEIGHT) // has a gradient there
    weights = constantIndex[memory.index];
  SmallVector<Value> buffers = {at(op->src),
                                weights < 0 ? at(op->weights) : none(),
                                op->bias.base ? at(op->bias) : none()};
  buffers.push_back(buffer(call.getResult(0)));
  SmallVector<int> postOpBuffers;
  for (const LibraryPostOp &post : op->postOps) {
    postOpBuffers.push_back(post.tensor.base ? int(buffers.size()) : -1);
    if (post.tensor.base)
      buffers.push_back(at(post.tensor));
  }
  tables.libraryOps.push_back(libraryOpAttr(
      *op, weights, postOpBuffers, [&](AffineExpr e) { return planIndex(e); },
      b.getContext()));
  rt::InvokeOp::create(b, tables.libraryOps.size() - 1, buffers,
                       addDispatch(call));
}

void HostEmitter::copy(Memory to, Memory from, Value tensor) {
  if (to == from)
    return;
  rt::CopyOp::create(b, address(to), address(from),
                     scalar(BufferAssignment::bytesOf(tensor)));
}

SmallVector<Value> HostEmitter::carry(ValueRange values, ValueRange targets) {
  SmallVector<Value> rest;
  for (auto [v, target] : llvm::zip_equal(values, targets)) {
    if (isTensor(v))
      copy(assignment.lookup(target), assignment.lookup(v), v);
    else
      rest.push_back(scalars.lookup(v));
  }
  return rest;
}

SmallVector<Value> HostEmitter::carryAround(ValueRange values,
                                            ValueRange arguments) {
  SmallVector<std::pair<Value, Value>> waiting;
  SmallVector<Value> direct, places;
  for (auto [v, argument] : llvm::zip_equal(values, arguments)) {
    Memory wait = assignment.stagedFor(argument);
    if (wait.kind == Memory::none) {
      direct.push_back(v);
      places.push_back(argument);
      continue;
    }
    copy(wait, assignment.lookup(v), v);
    waiting.push_back({v, argument});
  }
  SmallVector<Value> rest = carry(direct, places);
  for (auto [v, argument] : waiting)
    copy(assignment.lookup(argument), assignment.stagedFor(argument), v);
  return rest;
}

void HostEmitter::mapScalars(ValueRange old, ValueRange fresh) {
  size_t next = 0;
  for (Value v : old)
    if (!isTensor(v))
      scalars.map(v, fresh[next++]);
}

void HostEmitter::emitReturn(Operation *op) {
  for (auto [i, v] : llvm::enumerate(op->getOperands()))
    copy({Memory::output, unsigned(i)}, assignment.lookup(v), v);
  Value zero = arith::ConstantOp::create(b, b.getI32IntegerAttr(0));
  func::ReturnOp::create(b, zero);
}

//===----------------------------------------------------------------------===//
// Control flow: tensors stay in their memory, scalars are carried
//===----------------------------------------------------------------------===//

static SmallVector<Type> scalarTypes(ValueRange values) {
  SmallVector<Type> types;
  for (Value v : values)
    if (!isTensor(v))
      types.push_back(v.getType());
  return types;
}

void HostEmitter::emitSelect(arith::SelectOp op) {
  Memory to = assignment.lookup(op.getResult());
  auto branch = [&](Value v) {
    return [this, to, v](OpBuilder &, Location loc) {
      copy(to, assignment.lookup(v), v);
      scf::YieldOp::create(b, loc);
    };
  };
  scf::IfOp::create(b, scalars.lookup(op.getCondition()),
                    branch(op.getTrueValue()), branch(op.getFalseValue()));
}

void HostEmitter::emitIf(scf::IfOp op) {
  auto fresh = scf::IfOp::create(b, scalarTypes(op.getResults()),
                                 scalars.lookup(op.getCondition()),
                                 /*addThenBlock=*/true, /*addElseBlock=*/true);
  auto branch = [&](Region &from, Region &to) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&to.front());
    SmallVector<Value> values;
    if (!from.empty()) {
      for (Operation &inner : from.front().without_terminator())
        emitOp(inner);
      values =
          carry(from.front().getTerminator()->getOperands(), op.getResults());
    }
    scf::YieldOp::create(b, values);
  };
  branch(op.getThenRegion(), fresh.getThenRegion());
  branch(op.getElseRegion(), fresh.getElseRegion());
  mapScalars(op.getResults(), fresh.getResults());
}

void HostEmitter::emitFor(scf::ForOp op) {
  ValueRange arguments = op.getRegionIterArgs();
  SmallVector<Value> initial = carry(op.getInitArgs(), arguments);
  auto fresh = scf::ForOp::create(
      b, scalars.lookup(op.getLowerBound()), scalars.lookup(op.getUpperBound()),
      scalars.lookup(op.getStep()), initial,
      [&](OpBuilder &, Location loc, Value iv, ValueRange args) {
        scalars.map(op.getInductionVar(), iv);
        mapScalars(arguments, args);
        for (Operation &inner : op.getBody()->without_terminator())
          emitOp(inner);
        scf::YieldOp::create(
            b, carryAround(op.getBody()->getTerminator()->getOperands(),
                           arguments));
      });
  mapScalars(op.getResults(), fresh.getResults());
}

void HostEmitter::emitWhile(scf::WhileOp op) {
  SmallVector<Value> initial = carry(op.getInits(), op.getBeforeArguments());
  auto fresh = scf::WhileOp::create(
      b, scalarTypes(op.getResults()), initial,
      [&](OpBuilder &, Location loc, ValueRange args) {
        mapScalars(op.getBeforeArguments(), args);
        for (Operation &inner : op.getBeforeBody()->without_terminator())
          emitOp(inner);
        scf::ConditionOp condition = op.getConditionOp();
        SmallVector<Value> values =
            carry(condition.getArgs(), op.getAfterArguments());
        scf::ConditionOp::create(b, scalars.lookup(condition.getCondition()),
                                 values);
      },
      [&](OpBuilder &, Location loc, ValueRange args) {
        mapScalars(op.getAfterArguments(), args);
        for (Operation &inner : op.getAfterBody()->without_terminator())
          emitOp(inner);
        scf::YieldOp::create(
            b, carry(op.getYieldOp().getOperands(), op.getBeforeArguments()));
      });
  // Tensors that are results lie where the condition left them.
  mapScalars(op.getResults(), fresh.getResults());
}

} // namespace lcompile
