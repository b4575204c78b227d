// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rules of the ccl operations.
#include "dialects/ccl/IR/CclDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::ccl;

LogicalResult CclDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attr) {
  bool isWorld = attr.getName() == worldAttrName;
  if (!isWorld && attr.getName() != rankAttrName)
    return success();
  auto number = dyn_cast<IntegerAttr>(attr.getValue());
  int64_t limit = isWorld ? int64_t(1) << 20 : lc::getSymbols(op).size() - 1;
  if (!isa<func::FuncOp>(op) || !number || number.getInt() < isWorld ||
      number.getInt() > limit)
    return op->emitOpError()
           << "expected '" << attr.getName().getValue() << "' to be "
           << (isWorld ? "the number of ranks that run a function"
                       : "the index of a symbol of its function");
  return success();
}

static TypeRange resultsOf(Operation *op) {
  if (auto start = dyn_cast<StartOp>(op))
    return cast<FutureType>(start.getFuture().getType()).getResults();
  return op->getResultTypes();
}

/// Rule collective_c1 for one tensor.
static LogicalResult verifyTensor(Operation *op, Kind kind, Type in, Type out) {
  auto from = dyn_cast<RankedTensorType>(in),
       to = dyn_cast<RankedTensorType>(out);
  bool gathers = kind == Kind::all_gather || kind == Kind::gather;
  RankedTensorType whole = gathers ? to : from;
  if (!from || !to || !whole.hasStaticShape())
    return op->emitOpError() << "expected static tensors, found " << in
                             << " and " << out << " (collective_c1)";
  RankedTensorType wanted =
      gathers ? partType(op, whole) : resultType(op, kind, from);
  Type found = gathers ? in : out;
  if (found != wanted)
    return op->emitOpError() << "expected " << wanted << " for " << whole
                             << ", found " << found << " (collective_c1)";
  if (kind == Kind::all_to_all && whole.getNumElements() % worldOf(op))
    return op->emitOpError()
           << "expected the elements of " << whole << " to divide by "
           << worldOf(op) << " ranks (collective_c1)";
  return success();
}

LogicalResult ccl::verifyCollective(Operation *op) {
  auto collective = cast<Collective>(op);
  TypeRange in = op->getOperandTypes(), out = resultsOf(op);
  if (in.size() != out.size())
    return op->emitOpError()
           << "expected a result for each of " << in.size()
           << " tensors, found " << out.size() << " (collective_c1)";
  for (auto [from, to] : llvm::zip_equal(in, out))
    if (failed(verifyTensor(op, collective.getKind(), from, to)))
      return failure();
  if (collective.getNames().size() != in.size())
    return op->emitOpError()
           << "expected " << in.size() << " names, found "
           << collective.getNames().size() << " (collective_c2)";
  if (std::optional<Red> red = collective.getReduction())
    for (Type type : in) {
      Type element = getElementTypeOrSelf(type);
      if (element.isInteger(1) ||
          (*red == Red::avg && !isa<FloatType>(element)))
        return op->emitOpError() << "cannot take '" << stringifyRed(*red)
                                 << "' of " << type << " (collective_c2)";
    }
  int64_t world = worldOf(op);
  if (int64_t(collective.getRoot()) >= world)
    return op->emitOpError() << "expected a root below " << world << ", found "
                             << collective.getRoot() << " (collective_c2)";
  return success();
}

std::optional<Red> StartOp::getReduction() { return getRed(); }

LogicalResult StartOp::verify() {
  bool reduces = getKind() == Kind::all_reduce ||
                 getKind() == Kind::reduce_scatter || getKind() == Kind::reduce;
  if (reduces != bool(getRed()))
    return emitOpError() << (reduces ? "expected" : "did not expect")
                         << " a reduction for " << stringifyKind(getKind())
                         << " (collective_c2)";
  if (failed(verifyCollective(*this)))
    return failure();
  Value future = getFuture();
  if (!future.hasOneUse() || !isa<WaitOp>(*future.user_begin()) ||
      future.user_begin()->getBlock() != (*this)->getBlock())
    return emitOpError("expected one ccl.wait for it in the same block "
                       "(start_c1)");
  if (!getTicket())
    return success();
  // Looked at from the first of a block on, so that each is compared once.
  for (Operation *before = (*this)->getPrevNode(); before;
       before = before->getPrevNode())
    if (auto start = dyn_cast<StartOp>(before)) {
      if (start.getTicket().value_or(0) + 1 == *getTicket())
        return success();
      return emitOpError() << "expected ticket "
                           << start.getTicket().value_or(0) + 1
                           << " after the one before, found " << *getTicket()
                           << " (start_c2)";
    }
  if (*getTicket() != 1)
    return emitOpError() << "expected ticket 1 for the first, found "
                         << *getTicket() << " (start_c2)";
  return success();
}

LogicalResult WaitOp::verify() {
  auto type = cast<FutureType>(getFuture().getType());
  if (TypeRange(type.getResults()) != getResultTypes())
    return emitOpError() << "expected results " << type.getResults()
                         << ", found " << getResultTypes() << " (wait_c1)";
  return success();
}

LogicalResult ShardSliceOp::verify() {
  auto whole = cast<RankedTensorType>(getInput().getType());
  if (!whole.hasStaticShape() || getType() != partType(*this, whole))
    return emitOpError() << "expected the part of " << whole << ", found "
                         << getType() << " (shard_slice_c1)";
  return success();
}

LogicalResult MarkPartialOp::verify() {
  for (Operation *user : getResult().getUsers()) {
    auto collective = dyn_cast<Collective>(user);
    std::optional<Red> red;
    if (collective)
      red = collective.getReduction();
    if (red != Red::sum && red != Red::avg)
      return emitOpError() << "expected only "
                           << (red ? "sums" : "reductions")
                           << " to use a summand, found '" << user->getName()
                           << "' (mark_partial_c1)";
  }
  return success();
}
