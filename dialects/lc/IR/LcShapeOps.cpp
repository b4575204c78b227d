// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules, folds and places of the operations that move elements.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace lcompile::lc;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

//===----------------------------------------------------------------------===//
// reshape
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  auto from = typeOf(getInput()), to = typeOf(getResult());
  if (from.getElementType() != to.getElementType())
    return emitOpError() << "expected element type " << from.getElementType()
                         << ", found " << to.getElementType()
                         << " (reshape_c1)";
  AffineExpr before = numElements(getDims(from), getContext());
  AffineExpr after = numElements(getDims(to), getContext());
  if (provablyDifferent(before, after))
    return emitOpError() << "expected " << before << " elements, found "
                         << after << " (reshape_c1)";
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<ReshapeOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  if (auto elements = dyn_cast_or_null<DenseElementsAttr>(adaptor.getInput()))
    if (getType().hasStaticShape())
      return elements.reshape(cast<ShapedType>(getType()));
  return {};
}

LogicalResult ReshapeOp::canonicalize(ReshapeOp op, PatternRewriter &rewriter) {
  auto full = op.getInput().getDefiningOp<FullOp>();
  if (!full)
    return rewriter.notifyMatchFailure(op, "operand is not a full");
  rewriter.replaceOpWithNewOp<FullOp>(op, op.getType(), full.getValue());
  return success();
}

/// Splits both shapes into the shortest runs of dimensions with equal products,
/// so that a reshape that only splits and merges stays free of divisions.
LogicalResult ReshapeOp::mapToSource(ArrayRef<AffineExpr> place,
                                     SmallVectorImpl<AffineExpr> &source) {
  MLIRContext *ctx = getContext();
  Dims from = getDims(getInput()), to = getDims(getResult());
  if (llvm::is_contained(from, AffineExpr()) ||
      llvm::is_contained(to, AffineExpr()))
    return failure();
  AffineExpr zero = constant(ctx, 0), one = constant(ctx, 1);
  source.assign(from.size(), zero);
  size_t i = 0, j = 0;
  while (i < from.size() || j < to.size()) {
    size_t i0 = i, j0 = j;
    AffineExpr before = one, after = one;
    if (i < from.size())
      before = from[i++];
    if (j < to.size())
      after = to[j++];
    while (!provablyEqual(before, after)) {
      // Take from the side that is known to be smaller; when that is unknown,
      // everything that is left forms the last run.
      auto b = getConstant(before), a = getConstant(after);
      bool growBefore;
      if (b && a)
        growBefore = *b < *a;
      else if (isConstant(before, 1) || isConstant(simplify(after % before), 0))
        growBefore = true;
      else
        growBefore = false;
      if (growBefore && i == from.size())
        growBefore = false;
      if (!growBefore && j == to.size())
        growBefore = true;
      if (growBefore && i == from.size())
        return failure();
      if (growBefore)
        before = simplify(before * from[i++]);
      else
        after = simplify(after * to[j++]);
    }
    if (i - i0 == 1 && j - j0 == 1) {
      source[i0] = place[j0];
      continue;
    }
    AffineExpr linear = zero;
    for (size_t k = j0; k < j; ++k)
      linear = linear * to[k] + place[k];
    AffineExpr stride = one;
    for (size_t k = i; k-- > i0;) {
      if (isConstant(from[k], 1))
        continue;
      bool outermost = true;
      for (size_t m = i0; m < k; ++m)
        outermost &= isConstant(from[m], 1);
      AffineExpr index = linear.floorDiv(stride);
      source[k] = outermost ? index : index % from[k];
      stride = stride * from[k];
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// expand
//===----------------------------------------------------------------------===//

LogicalResult ExpandOp::verify() {
  auto from = typeOf(getInput()), to = typeOf(getResult());
  if (from.getRank() != to.getRank() ||
      from.getElementType() != to.getElementType())
    return emitOpError() << "expected rank " << from.getRank() << " of "
                         << from.getElementType() << ", found rank "
                         << to.getRank() << " of " << to.getElementType()
                         << " (expand_c1)";
  Dims before = getDims(from), after = getDims(to);
  for (auto [i, b, a] : llvm::enumerate(before, after))
    if (!isConstant(b, 1) && provablyDifferent(b, a))
      return emitOpError() << "expected dimension " << i << " to stay " << b
                           << ", found " << a << " (expand_c2)";
  return success();
}

OpFoldResult ExpandOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<ExpandOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

LogicalResult ExpandOp::mapToSource(ArrayRef<AffineExpr> place,
                                    SmallVectorImpl<AffineExpr> &source) {
  Dims from = getDims(getInput()), to = getDims(getResult());
  for (auto [i, expr] : llvm::enumerate(place))
    source.push_back(isConstant(from[i], 1) ? constant(getContext(), 0) : expr);
  return success();
}

//===----------------------------------------------------------------------===//
// permute
//===----------------------------------------------------------------------===//

LogicalResult PermuteOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor op,
                                          SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  Dims from = getDims(type), to;
  llvm::SmallBitVector seen(type.getRank());
  for (int64_t p : op.getPerm()) {
    if (p < 0 || p >= type.getRank() || seen.test(p))
      break;
    seen.set(p);
    to.push_back(from[p]);
  }
  if (static_cast<int64_t>(to.size()) != type.getRank() ||
      to.size() != op.getPerm().size())
    return emitOptionalError(loc, "expected a permutation of ", type.getRank(),
                             " dimensions, found [", op.getPerm(),
                             "] (permute_c1)");
  types.push_back(makeTensorType(to, type.getElementType()));
  return success();
}

OpFoldResult PermuteOp::fold(FoldAdaptor) {
  ArrayRef<int64_t> perm = getPerm();
  bool identity = true;
  for (auto [i, p] : llvm::enumerate(perm))
    identity &= static_cast<int64_t>(i) == p;
  if (identity)
    return getInput();
  auto inner = getInput().getDefiningOp<PermuteOp>();
  if (!inner)
    return {};
  SmallVector<int64_t> combined;
  for (int64_t p : perm)
    combined.push_back(inner.getPerm()[p]);
  setPerm(combined);
  getInputMutable().assign(inner.getInput());
  return getResult();
}

LogicalResult PermuteOp::mapToSource(ArrayRef<AffineExpr> place,
                                     SmallVectorImpl<AffineExpr> &source) {
  source.resize(place.size());
  for (auto [i, p] : llvm::enumerate(getPerm()))
    source[p] = place[i];
  return success();
}

//===----------------------------------------------------------------------===//
// slice, insert_slice
//===----------------------------------------------------------------------===//

/// The rules that slices in either direction share: `part` differs from `whole`
/// in dimension `dim` only and lies inside.
static LogicalResult verifySlice(Operation *op, RankedTensorType whole,
                                 RankedTensorType part, int64_t dim,
                                 DimsAttr start, int64_t step, StringRef rule) {
  if (whole.getRank() != part.getRank() ||
      whole.getElementType() != part.getElementType() || dim < 0 ||
      dim >= whole.getRank() || start.getExprs().size() != 1)
    return op->emitOpError()
           << "expected equal ranks and element types, a dimension in [0, "
           << whole.getRank() << ") and one start, found " << whole << ", "
           << part << " and dimension " << dim << " (" << rule << "_c1)";
  Dims large = getDims(whole), small = getDims(part);
  for (auto [i, l, s] : llvm::enumerate(large, small))
    if (static_cast<int64_t>(i) != dim && provablyDifferent(l, s))
      return op->emitOpError() << "expected dimension " << i << " to stay " << l
                               << ", found " << s << " (" << rule << "_c1)";
  if (step < 1)
    return op->emitOpError() << "expected a positive step, found " << step
                             << " (" << rule << "_c2)";
  auto size = getConstant(large[dim]), count = getConstant(small[dim]);
  auto first = getConstant(start.getExprs()[0]);
  if (first && (*first < 0 || (size && count && *count > 0 &&
                               *first + (*count - 1) * step >= *size)))
    return op->emitOpError()
           << "expected elements inside [0, " << large[dim] << "), found "
           << *first << " + " << step << " * [0, " << small[dim] << ") ("
           << rule << "_c2)";
  return success();
}

LogicalResult SliceOp::verify() {
  return verifySlice(*this, typeOf(getInput()), typeOf(getResult()), getDim(),
                     getStart(), getStep(), "slice");
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType() &&
      isConstant(getStart().getExprs()[0], 0) && getStep() == 1)
    return getInput();
  return {};
}

LogicalResult SliceOp::mapToSource(ArrayRef<AffineExpr> place,
                                   SmallVectorImpl<AffineExpr> &source) {
  source.assign(place.begin(), place.end());
  source[getDim()] = place[getDim()] * getStep() + getStart().getExprs()[0];
  return success();
}

LogicalResult InsertSliceOp::verify() {
  return verifySlice(*this, typeOf(getDest()), typeOf(getSource()), getDim(),
                     getStart(), getStep(), "insert_slice");
}

//===----------------------------------------------------------------------===//
// flip
//===----------------------------------------------------------------------===//

LogicalResult FlipOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc, Adaptor op,
                                       SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  for (int64_t dim : op.getDims())
    if (dim < 0 || dim >= type.getRank())
      return emitOptionalError(loc, "expected dimensions in [0, ",
                               type.getRank(), "), found ", dim, " (flip_c1)");
  types.push_back(type);
  return success();
}

LogicalResult DetachOp::mapToSource(ArrayRef<AffineExpr> place,
                                    SmallVectorImpl<AffineExpr> &source) {
  source.assign(place.begin(), place.end());
  return success();
}

/// Views stand behind it, where they meet those of its users.
LogicalResult FenceOp::canonicalize(FenceOp op, PatternRewriter &rewriter) {
  auto view = op.getInput().getDefiningOp<View>();
  if (!view)
    return failure();
  Value source = view->getOperand(0);
  Value fenced = FenceOp::create(rewriter, op.getLoc(), source.getType(),
                                 source, op.getSiteAttr());
  Operation *copy = rewriter.clone(*view);
  copy->setOperand(0, fenced);
  rewriter.replaceOp(op, copy->getResults());
  return success();
}

LogicalResult FlipOp::mapToSource(ArrayRef<AffineExpr> place,
                                  SmallVectorImpl<AffineExpr> &source) {
  Dims sizes = lcompile::lc::getDims(getInput());
  source.assign(place.begin(), place.end());
  for (int64_t dim : getDims()) {
    if (!sizes[dim])
      return failure();
    source[dim] = sizes[dim] - 1 - place[dim];
  }
  return success();
}

//===----------------------------------------------------------------------===//
// concat, pad
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *ctx,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  if (op.getInputs().empty())
    return emitOptionalError(loc,
                             "expected an operand, found none (concat_c1)");
  auto first = typeOf(op.getInputs()[0]);
  int64_t dim = op.getDim();
  if (dim < 0 || dim >= first.getRank())
    return emitOptionalError(loc, "expected a dimension in [0, ",
                             first.getRank(), "), found ", dim, " (concat_c1)");
  Dims dims = getDims(first);
  AffineExpr total = constant(ctx, 0);
  for (auto [n, input] : llvm::enumerate(op.getInputs())) {
    auto type = typeOf(input);
    if (type.getRank() != first.getRank() ||
        type.getElementType() != first.getElementType())
      return emitOptionalError(loc, "expected operand ", n, " to have rank ",
                               first.getRank(), " of ", first.getElementType(),
                               ", found ", type, " (concat_c1)");
    Dims other = getDims(type);
    for (auto [i, a, b] : llvm::enumerate(dims, other))
      if (static_cast<int64_t>(i) != dim && provablyDifferent(a, b))
        return emitOptionalError(loc, "expected dimension ", i, " of operand ",
                                 n, " to be ", a, ", found ", b,
                                 " (concat_c2)");
    total = total && other[dim] ? total + other[dim] : AffineExpr();
  }
  dims[dim] = total;
  types.push_back(makeTensorType(dims, first.getElementType()));
  return success();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 ? OpFoldResult(getInputs()[0])
                                 : OpFoldResult();
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc, Adaptor op,
                                      SmallVectorImpl<Type> &types) {
  auto type = typeOf(op.getInput());
  size_t rank = type.getRank();
  if (op.getLow().size() != rank || op.getHigh().size() != rank)
    return emitOptionalError(loc, "expected ", rank, " numbers, found ",
                             op.getLow().size(), " and ", op.getHigh().size(),
                             " (pad_c1)");
  Dims dims = getDims(type);
  for (auto [i, dim] : llvm::enumerate(dims)) {
    if (!dim)
      continue;
    dim = simplify(dim + (op.getLow()[i] + op.getHigh()[i]));
    if (auto size = getConstant(dim); size && *size < 0)
      return emitOptionalError(loc, "expected dimension ", i,
                               " not to become negative, found ", *size,
                               " (pad_c2)");
  }
  types.push_back(makeTensorType(dims, type.getElementType()));
  return success();
}
