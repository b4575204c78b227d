// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which memory holds each tensor of the host function.
#include "passes/6_lower/host/BufferAssignment.h"

#include "dialects/lc/IR/LcOps.h"
#include "lcompile-c/Executable.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace lcompile {

static bool isTensor(Value v) { return isa<RankedTensorType>(v.getType()); }

AffineExpr BufferAssignment::bytesOf(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  AffineExpr n = lc::numElements(lc::getDims(type), tensor.getContext());
  return lc::simplify(n * int64_t(lc::byteWidth(type.getElementType())));
}

static Operation *waitOf(ccl::StartOp start) {
  return *start.getFuture().user_begin();
}

BufferAssignment::BufferAssignment(func::FuncOp function) : function(function) {
  number(function.front());
  for (auto [i, argument] : llvm::enumerate(function.getArguments()))
    memory[argument] = {Memory::input, unsigned(i)};
  assignOutputs();
  visit(function.front());
}

/// Numbers operations in program order; one with regions spans those inside.
void BufferAssignment::number(Block &block) {
  for (Operation &op : block) {
    unsigned begin = step++;
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        number(inner);
    steps[&op] = {begin, op.getNumRegions() ? step++ : begin};
  }
}

/// The last step that reads `v`, in its own block: an operation with regions
/// reads until it ends. Reshapes are other names of the same memory.
unsigned BufferAssignment::lastUse(Value v) {
  Block *home = v.getParentBlock();
  unsigned last = 0;
  for (Operation *user : v.getUsers()) {
    Operation *ancestor = home->findAncestorOpInBlock(*user);
    if (auto start = dyn_cast<ccl::StartOp>(ancestor))
      ancestor = waitOf(start);
    last = std::max(last, steps.lookup(ancestor).second);
    if (isa<lc::ReshapeOp>(user) && user->getBlock() == home)
      last = std::max(last, lastUse(user->getResult(0)));
  }
  return last;
}

/// What begins to write `v`, when that may be any memory: a kernel or a
/// collective; else null.
static Operation *writerOf(Value v) {
  if (auto wait = v.getDefiningOp<ccl::WaitOp>())
    return wait.getFuture().getDefiningOp();
  auto call = v.getDefiningOp<kernel::CallOp>();
  if (!call)
    return nullptr;
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  bool updates = callee->hasAttr(kernel::KernelDialect::updateAttrName);
  return updates ? nullptr : call.getOperation();
}

/// Results that kernels and collectives of the outermost block compute are
/// written where the caller wants them.
void BufferAssignment::assignOutputs() {
  Operation *ret = function.front().getTerminator();
  for (auto [i, v] : llvm::enumerate(ret->getOperands())) {
    while (auto reshape = v.getDefiningOp<lc::ReshapeOp>())
      v = reshape.getInput();
    Operation *writer = writerOf(v);
    if (!writer || memory.count(v))
      continue;
    // An output that takes over an input's memory must not be written while the
    // input is still read, except by the kernel that writes it, in place.
    if (auto alias = function.getResultAttrOfType<IntegerAttr>(
            i, lc::LcDialect::aliasAttrName)) {
      Value input = function.getArgument(alias.getInt());
      unsigned last = lastUse(input), now = steps.lookup(writer).first;
      auto call = dyn_cast<kernel::CallOp>(writer);
      if (last > now || (last == now && (!call || !readsInPlace(call, input))))
        continue;
    }
    memory[v] = {Memory::output, unsigned(i)};
  }
}

/// True when the kernel reads each element of `v`, under whatever name, only
/// for the elements of its results at the same place.
bool BufferAssignment::readsInPlace(kernel::CallOp call, Value v) {
  auto named = [](Value v) {
    while (auto reshape = v.getDefiningOp<lc::ReshapeOp>())
      v = reshape.getInput();
    return v;
  };
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  auto list = callee->getAttrOfType<DenseI64ArrayAttr>(
      kernel::KernelDialect::pointwiseAttrName);
  auto pointwise = list ? list.asArrayRef() : ArrayRef<int64_t>();
  for (auto [i, operand] : llvm::enumerate(call.getInputs()))
    if (named(operand) == named(v) && !llvm::is_contained(pointwise, i))
      return false;
  return true;
}

Memory BufferAssignment::newSlot(Value v, unsigned begin, unsigned end) {
  return memory[v] = newSlot(bytesOf(v), begin, end);
}

Memory BufferAssignment::newSlot(AffineExpr bytes, unsigned begin,
                                 unsigned end) {
  bytes = lc::simplify((bytes + (LC_ALIGNMENT - 1)).floorDiv(LC_ALIGNMENT) *
                       LC_ALIGNMENT);
  arena.push_back({bytes, begin, std::max(begin, end)});
  return {Memory::arena, unsigned(arena.size() - 1)};
}

void BufferAssignment::share(Value v, Memory m) {
  memory[v] = m;
  if (m.kind == Memory::arena)
    arena[m.index].end = std::max(arena[m.index].end, lastUse(v));
}

/// Whether a loop carries `operand` to this call, which alone reads it, and
/// `result` on to the next round: a sum that grows where it is.
static bool isCarriedOn(Operation *call, Value operand, Value result) {
  auto argument = dyn_cast<BlockArgument>(operand);
  auto loop = argument
                  ? dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp())
                  : scf::ForOp();
  return loop && call->getBlock() == loop.getBody() &&
         llvm::all_equal(argument.getUsers()) &&
         *argument.getUsers().begin() == call &&
         loop.getTiedLoopYieldedValue(argument)->get() == result;
}

void BufferAssignment::visitCall(Operation *op) {
  auto call = cast<kernel::CallOp>(op);
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  auto inplace = callee->getAttrOfType<DenseI64ArrayAttr>(
      kernel::KernelDialect::inplaceAttrName);
  unsigned now = steps.lookup(op).first;
  for (auto [i, result] : llvm::enumerate(call.getResults())) {
    if (memory.count(result))
      continue;
    if (inplace && i < size_t(inplace.size()) && inplace[i] >= 0) {
      Value operand = call.getInputs()[inplace[i]];
      Memory m = memory.lookup(operand);
      bool isUpdate = callee->hasAttr(kernel::KernelDialect::updateAttrName);
      if (m.kind == Memory::arena &&
          (arena[m.index].end <= now || isCarriedOn(call, operand, result)) &&
          (isUpdate || readsInPlace(call, operand)) &&
          lc::provablyEqual(bytesOf(operand), bytesOf(result))) {
        share(result, m);
        continue;
      }
    }
    newSlot(result, now, lastUse(result));
  }
}

bool BufferAssignment::isReadBehind(Value v, Operation *op) {
  for (Operation *user : v.getUsers()) {
    Operation *here = op->getBlock()->findAncestorOpInBlock(*user);
    if (here && here != op && op->isBeforeInBlock(here))
      return true;
    if (isa<lc::ReshapeOp>(user) && isReadBehind(user->getResult(0), op))
      return true;
  }
  return false;
}

void BufferAssignment::visitStart(ccl::StartOp start) {
  Operation *wait = waitOf(start);
  unsigned begin = steps.lookup(start).first, end = steps.lookup(wait).first;
  ccl::Kind kind = start.getKind();
  bool inPlace = kind == ccl::Kind::all_reduce || kind == ccl::Kind::reduce ||
                 kind == ccl::Kind::broadcast;
  int64_t others = ccl::worldOf(start) - 1;
  AffineExpr bytes = lc::constant(start.getContext(), 0);
  for (auto [operand, result] :
       llvm::zip_equal(start.getInputs(), wait->getResults())) {
    auto whole = cast<RankedTensorType>(operand.getType());
    if (start.getRed())
      bytes = bytes + ccl::partSize(start, whole.getNumElements()) *
                          (others * lc::byteWidth(whole.getElementType()));
    if (memory.count(result))
      continue;
    Memory m = memory.lookup(operand);
    if (inPlace && m.kind == Memory::arena && arena[m.index].end <= end &&
        !isReadBehind(operand, start) &&
        !llvm::is_contained(llvm::drop_begin(operand.getUsers()), start))
      share(result, m);
    else
      newSlot(result, begin, std::max(end, lastUse(result)));
  }
  if (bytes != 0)
    scratch[start] = newSlot(lc::simplify(bytes), begin, end);
}

Memory BufferAssignment::carried(scf::ForOp loop, Value initial, unsigned begin,
                                 unsigned end) {
  Memory m = memory.lookup(initial);
  bool isRead = false;
  loop.getBody()->walk([&](Operation *op) {
    for (Value v : op->getOperands())
      if (auto it = memory.find(v); it != memory.end())
        isRead |= it->second == m;
  });
  if (m.kind == Memory::arena && arena[m.index].end <= end && !isRead &&
      lastUse(initial) == end) {
    arena[m.index].end = end;
    return m;
  }
  Memory fresh = newSlot(initial, begin, end);
  memory[initial] = m;
  return fresh;
}

void BufferAssignment::visitIf(scf::IfOp op) {
  auto [begin, end] = steps.lookup(op);
  for (Value result : op.getResults())
    if (isTensor(result))
      newSlot(result, begin, std::max(end, lastUse(result)));
  for (Region &region : op->getRegions())
    for (Block &block : region)
      visit(block);
}

void BufferAssignment::visitFor(scf::ForOp op) {
  auto [begin, end] = steps.lookup(op);
  llvm::DenseSet<unsigned> used;
  for (auto [initial, argument, result] : llvm::zip_equal(
           op.getInitArgs(), op.getRegionIterArgs(), op.getResults())) {
    if (!isTensor(initial))
      continue;
    Memory m = carried(op, initial, begin, end);
    if (!used.insert(m.index).second) { // the same tensor carried twice
      Memory old = memory.lookup(initial);
      m = newSlot(initial, begin, end);
      memory[initial] = old;
      used.insert(m.index);
    }
    memory[argument] = m;
    share(result, m);
    arena[m.index].end = std::max(arena[m.index].end, end);
  }
  visit(*op.getBody());
  // Carried tensors that take each other's place need a third memory between.
  Operation *yield = op.getBody()->getTerminator();
  for (auto [value, argument] :
       llvm::zip_equal(yield->getOperands(), op.getRegionIterArgs())) {
    if (!isTensor(value) || lookup(value) == lookup(argument) ||
        !used.contains(lookup(value).index) ||
        lookup(value).kind != Memory::arena)
      continue;
    Memory place = lookup(argument);
    staged[argument] = newSlot(argument, steps.lookup(yield).first, end);
    memory[argument] = place;
  }
}

void BufferAssignment::visitWhile(scf::WhileOp op) {
  auto [begin, end] = steps.lookup(op);
  // Tensors before the condition, behind it, and as results. They have memory
  // of their own on each side, so that no copy overtakes a read.
  for (auto [initial, argument] :
       llvm::zip_equal(op.getInits(), op.getBeforeArguments())) {
    if (!isTensor(initial))
      continue;
    Memory old = memory.lookup(initial);
    memory[argument] = newSlot(initial, begin, end);
    memory[initial] = old;
  }
  for (auto [value, argument, result] :
       llvm::zip_equal(op.getConditionOp().getArgs(), op.getAfterArguments(),
                       op.getResults())) {
    if (!isTensor(value))
      continue;
    Memory m = newSlot(result, begin, std::max(end, lastUse(result)));
    memory[argument] = m;
  }
  visit(*op.getBeforeBody());
  visit(*op.getAfterBody());
}

void BufferAssignment::visit(Block &block) {
  for (Operation &op : block) {
    TypeSwitch<Operation *>(&op)
        .Case([&](kernel::CallOp call) { visitCall(call); })
        .Case([&](lc::ReshapeOp reshape) {
          Memory m = memory.lookup(reshape.getInput());
          memory[reshape.getResult()] = m;
        })
        .Case([&](lc::ParameterOp parameter) {
          auto it = llvm::find(keys, parameter.getKey());
          unsigned index = it - keys.begin();
          if (it == keys.end())
            keys.push_back(parameter.getKey().str());
          memory[parameter.getResult()] = {Memory::constant, index};
        })
        .Case([&](lc::ScalarOp scalar) {
          newSlot(scalar.getResult(), steps.lookup(&op).first,
                  lastUse(scalar.getResult()));
        })
        .Case([&](arith::SelectOp select) {
          if (isTensor(select.getResult()))
            newSlot(select.getResult(), steps.lookup(&op).first,
                    lastUse(select.getResult()));
        })
        .Case([&](ccl::StartOp o) { visitStart(o); })
        .Case([&](scf::IfOp o) { visitIf(o); })
        .Case([&](scf::ForOp o) { visitFor(o); })
        .Case([&](scf::WhileOp o) { visitWhile(o); });
  }
}

} // namespace lcompile
