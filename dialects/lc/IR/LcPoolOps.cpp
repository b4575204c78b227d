// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of pooling and resizing.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/WindowShape.h"

using namespace mlir;
using namespace lcompile::lc;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

template <typename Adaptor>
static LogicalResult inferPool(std::optional<Location> loc, Adaptor op,
                               ArrayRef<int64_t> dilation,
                               SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  size_t spatial = type.getRank() < 3 ? 0 : type.getRank() - 2;
  auto valid = [&](ArrayRef<int64_t> list, int64_t least) {
    return list.size() == spatial &&
           llvm::all_of(list, [&](int64_t v) { return v >= least; });
  };
  if (!spatial || !valid(op.getKernel(), 1) || !valid(op.getStride(), 1) ||
      !valid(dilation, 1) || !valid(op.getPadLow(), 0) ||
      !valid(op.getPadHigh(), 0))
    return emitOptionalError(loc,
                             "expected a valid number for each spatial "
                             "dimension of ",
                             type, " (pool_c1)");
  Dims dims = channelsFirst(getDims(type), op.getChannelsLast());
  for (size_t i = 0; i < spatial; ++i) {
    dims[i + 2] = windowCount({dims[i + 2],
                               constant(type.getContext(), op.getKernel()[i]),
                               op.getStride()[i], dilation[i],
                               op.getPadLow()[i] + op.getPadHigh()[i]});
    if (auto size = getConstant(dims[i + 2]); size && *size < 0)
      return emitOptionalError(loc,
                               "expected the window to fit into spatial "
                               "dimension ",
                               i, " of ", type, " (pool_c2)");
  }
  types.push_back(makeTensorType(channelsBack(dims, op.getChannelsLast()),
                                 type.getElementType()));
  return success();
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor op,
                                          SmallVectorImpl<Type> &types) {
  return inferPool(loc, op, op.getDilation(), types);
}

LogicalResult AvgPoolOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor op,
                                          SmallVectorImpl<Type> &types) {
  SmallVector<int64_t> ones(op.getKernel().size(), 1);
  return inferPool(loc, op, ones, types);
}

LogicalResult
AdaptiveAvgPoolOp::inferReturnTypes(MLIRContext *ctx,
                                    std::optional<Location> loc, Adaptor op,
                                    SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  ArrayRef<int64_t> output = op.getOutput();
  if (type.getRank() < 3 ||
      output.size() != static_cast<size_t>(type.getRank() - 2) ||
      llvm::any_of(output, [](int64_t v) { return v < 1; }))
    return emitOptionalError(loc,
                             "expected a positive output size for each "
                             "spatial dimension of ",
                             type, ", found [", output, "] (adaptive_pool_c1)");
  Dims dims = channelsFirst(getDims(type), op.getChannelsLast());
  for (auto [i, size] : llvm::enumerate(output))
    dims[i + 2] = constant(ctx, size);
  types.push_back(makeTensorType(channelsBack(dims, op.getChannelsLast()),
                                 type.getElementType()));
  return success();
}

LogicalResult ResizeOp::verify() {
  auto from = typeOf(getInput()), to = typeOf(getResult());
  bool fits = from.getRank() == to.getRank() && from.getRank() >= 3 &&
              from.getElementType() == to.getElementType() &&
              getScales().size() == static_cast<size_t>(from.getRank() - 2);
  if (fits) {
    Dims a = channelsFirst(getDims(from), getChannelsLast());
    Dims b = channelsFirst(getDims(to), getChannelsLast());
    fits = !provablyDifferent(a[0], b[0]) && !provablyDifferent(a[1], b[1]);
  }
  if (!fits)
    return emitOpError() << "expected only spatial dimensions to differ and a "
                            "scale for each, found "
                         << from << " and " << to << " (resize_c1)";
  return success();
}
