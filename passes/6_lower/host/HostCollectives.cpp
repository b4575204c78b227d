// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Emits collectives: calls of the runtime's channel, and their table.
#include "dialects/lc/IR/WeightStore.h"
#include "lcompile-c/Channel.h"
#include "lib/Support/ModelLocation.h"
#include "passes/6_lower/host/HostEmitter.h"
#include "passes/6_lower/host/LibraryTable.h"

using namespace mlir;

namespace lcompile {

static std::string titleOf(ccl::StartOp start) {
  ArrayAttr names = start.getNames();
  std::string title = stringifyKind(start.getKind()).str();
  if (!names.empty())
    title += (" " + cast<StringAttr>(names[0]).getValue()).str();
  if (names.size() > 1)
    title += " and " + std::to_string(names.size() - 1) + " more";
  return title;
}

/// The names of a tensor and the elements of its whole.
static Attribute describeTensor(Builder &b, Attribute name, Value operand,
                                Value result) {
  auto in = cast<RankedTensorType>(operand.getType()),
       out = cast<RankedTensorType>(result.getType());
  int64_t elements = 0;
  for (RankedTensorType type : {in, out})
    if (type.hasStaticShape())
      elements = std::max(elements, type.getNumElements());
  return b.getDictionaryAttr(
      {b.getNamedAttr("name", name),
       b.getNamedAttr("elements", b.getI64IntegerAttr(elements))});
}

void HostEmitter::emitStart(ccl::StartOp start) {
  auto wait = cast<ccl::WaitOp>(*start.getFuture().user_begin());
  SmallVector<Value> sources, destinations;
  SmallVector<Attribute> tensors;
  for (auto [name, operand, result] : llvm::zip_equal(
           start.getNames(), start.getInputs(), wait.getResults())) {
    sources.push_back(buffer(operand));
    destinations.push_back(buffer(result));
    tensors.push_back(describeTensor(b, name, operand, result));
  }
  ccl::Red red = start.getRed().value_or(ccl::Red::sum);
  bool averages = red == ccl::Red::avg;
  uint32_t dtype = start.getInputs().empty()
                       ? uint32_t(LC_DTYPE_INVALID)
                       : dtypeOf(getElementTypeOrSelf(start.getInputs()[0]));
  int64_t elementBytes =
      start.getInputs().empty()
          ? 0
          : lc::byteWidth(getElementTypeOrSelf(start.getInputs()[0]));
  auto number = [&](int64_t v) { return b.getI64IntegerAttr(v); };
  std::string title = titleOf(start);
  tables.collectives.push_back(b.getDictionaryAttr(
      {b.getNamedAttr("kind", number(int64_t(start.getKind()))),
       b.getNamedAttr("reduction", number(!start.getRed() ? 0
                                          : averages ? int64_t(LC_REDUCTION_SUM)
                                                     : int64_t(red))),
       b.getNamedAttr("dtype", number(dtype)),
       b.getNamedAttr("element_bytes", number(elementBytes)),
       b.getNamedAttr("root", number(start.getRoot())),
       b.getNamedAttr("scale", b.getF64FloatAttr(
                                   averages ? 1.0 / ccl::worldOf(start) : 1)),
       b.getNamedAttr("ticket", number(start.getTicket().value_or(0))),
       b.getNamedAttr("tensors", b.getArrayAttr(tensors)),
       b.getNamedAttr("name", b.getStringAttr(title)),
       b.getNamedAttr("source", b.getStringAttr(toText(start.getLoc())))}));
  Memory scratch = assignment.scratchOf(start);
  rt::StartOp::create(
      b, tables.collectives.size() - 1, sources, destinations,
      scratch.kind == Memory::none ? Value() : address(scratch),
      addDispatch(start, title, "collective", start.getInputs(), {}));
  collectiveIndex[start] = tables.collectives.size() - 1;
  ++underWay;
}

void HostEmitter::emitWait(ccl::WaitOp wait) {
  auto start = wait.getFuture().getDefiningOp<ccl::StartOp>();
  rt::WaitOp::create(b, collectiveIndex.lookup(start),
                     addDispatch(wait, "wait " + titleOf(start), "collective",
                                 {}, wait.getResults()));
  --underWay;
}

} // namespace lcompile
