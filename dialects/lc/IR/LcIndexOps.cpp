// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of the operations whose places come from data.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"

using namespace mlir;
using namespace lcompile::lc;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

LogicalResult IndexSelectOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> loc,
                                              Adaptor op,
                                              SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  int64_t dim = op.getDim();
  if (dim < 0 || dim >= type.getRank())
    return emitOptionalError(loc, "expected a dimension in [0, ",
                             type.getRank(), "), found ", dim,
                             " (index_select_c1)");
  Dims dims = getDims(type), places = getDims(op.getIndices()), result;
  result.append(dims.begin(), dims.begin() + dim);
  result.append(places.begin(), places.end());
  result.append(dims.begin() + dim + 1, dims.end());
  types.push_back(makeTensorType(result, type.getElementType()));
  return success();
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput()), places = typeOf(op.getIndices());
  int64_t dim = op.getDim();
  if (dim < 0 || dim >= type.getRank() || places.getRank() != type.getRank())
    return emitOptionalError(
        loc, "expected equal ranks and a dimension in [0, ", type.getRank(),
        "), found ", type, ", ", places, " and ", dim, " (gather_c1)");
  for (int64_t i = 0; i < type.getRank(); ++i)
    if (i != dim && !type.isDynamicDim(i) && !places.isDynamicDim(i) &&
        places.getDimSize(i) > type.getDimSize(i))
      return emitOptionalError(loc, "expected at most ", type.getDimSize(i),
                               " indices along dimension ", i, ", found ",
                               places.getDimSize(i), " (gather_c2)");
  types.push_back(withElement(places, type.getElementType()));
  return success();
}

LogicalResult ScatterOp::verify() {
  auto dest = typeOf(getDest()), places = typeOf(getIndices()),
       source = typeOf(getSource());
  int64_t dim = getDim(), rank = dest.getRank();
  if (dim < 0 || dim >= rank || places.getRank() != rank ||
      source.getRank() != rank ||
      source.getElementType() != dest.getElementType())
    return emitOpError() << "expected equal ranks, one element type and a "
                            "dimension in [0, "
                         << rank << "), found " << dest << ", " << places
                         << ", " << source << " and " << dim << " (scatter_c1)";
  for (int64_t i = 0; i < rank; ++i) {
    auto above = [&](RankedTensorType type) {
      return !places.isDynamicDim(i) && !type.isDynamicDim(i) &&
             places.getDimSize(i) > type.getDimSize(i);
    };
    if (above(source) || (i != dim && above(dest)))
      return emitOpError() << "expected at most "
                           << std::min(source.getDimSize(i),
                                       i == dim ? source.getDimSize(i)
                                                : dest.getDimSize(i))
                           << " indices along dimension " << i << ", found "
                           << places.getDimSize(i) << " (scatter_c2)";
  }
  return success();
}

static LogicalResult verifyDynamicSlice(Operation *op, Value whole, Value part,
                                        int64_t dim, StringRef rule) {
  auto large = typeOf(whole), small = typeOf(part);
  bool fits = large.getRank() == small.getRank() && dim >= 0 &&
              dim < large.getRank() &&
              large.getElementType() == small.getElementType();
  if (fits) {
    Dims l = getDims(large), s = getDims(small);
    for (int64_t i = 0; i < large.getRank(); ++i)
      fits &= i == dim || !provablyDifferent(l[i], s[i]);
  }
  if (!fits)
    return op->emitOpError()
           << "expected " << large << " and " << small
           << " to differ in dimension " << dim << " only (" << rule << "_c1)";
  auto size = getConstant(getDims(large)[dim]);
  auto count = getConstant(getDims(small)[dim]);
  if (size && count && *count > *size)
    return op->emitOpError()
           << "expected a part that fits, found " << *count << " of " << *size
           << " elements along dimension " << dim << " (" << rule << "_c2)";
  return success();
}

LogicalResult DynamicSliceOp::verify() {
  return verifyDynamicSlice(*this, getInput(), getResult(), getDim(),
                            "dynamic_slice");
}

LogicalResult DynamicUpdateSliceOp::verify() {
  return verifyDynamicSlice(*this, getDest(), getSource(), getDim(),
                            "dynamic_update_slice");
}
