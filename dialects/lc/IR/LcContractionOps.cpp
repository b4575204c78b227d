// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of matrix products and attention.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"

using namespace mlir;
using namespace lcompile::lc;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor op,
                                         SmallVectorImpl<Type> &types) {
  auto lhs = typeOf(op.getLhs()), rhs = typeOf(op.getRhs());
  if (lhs.getRank() < 2 || rhs.getRank() < 2 ||
      (rhs.getRank() != 2 && rhs.getRank() != lhs.getRank()))
    return emitOptionalError(
        loc, "expected equal ranks of at least 2 or a rhs of rank 2, found ",
        lhs.getRank(), " and ", rhs.getRank(), " (matmul_c1)");
  if (lhs.getElementType() != rhs.getElementType())
    return emitOptionalError(loc, "expected equal element types, found ",
                             lhs.getElementType(), " and ",
                             rhs.getElementType(), " (matmul_c5)");
  Dims a = getDims(lhs), b = getDims(rhs);
  size_t ra = a.size(), rb = b.size();
  AffineExpr m = a[ra - 2], ka = a[ra - 1], kb = b[rb - 2], n = b[rb - 1];
  if (op.getTransposeA())
    std::swap(m, ka);
  if (op.getTransposeB())
    std::swap(kb, n);
  if (provablyDifferent(ka, kb))
    return emitOptionalError(loc,
                             "expected the inner dimensions to agree, found ",
                             ka, " and ", kb, " (matmul_c2)");
  Dims dims;
  for (size_t i = 0; i + 2 < ra; ++i) {
    if (rb > 2 && provablyDifferent(a[i], b[i]))
      return emitOptionalError(loc, "expected batch dimension ", i,
                               " to agree, found ", a[i], " and ", b[i],
                               " (matmul_c3)");
    dims.push_back(a[i]);
  }
  dims.push_back(m);
  dims.push_back(n);
  if (Value bias = op.getBias()) {
    auto type = typeOf(bias);
    if (type.getRank() != 1 || provablyDifferent(getDims(type)[0], n))
      return emitOptionalError(loc, "expected a bias of [", n, "], found ",
                               type, " (matmul_c4)");
    if (type.getElementType() != lhs.getElementType())
      return emitOptionalError(loc, "expected equal element types, found ",
                               lhs.getElementType(), " and ",
                               type.getElementType(), " (matmul_c5)");
  }
  types.push_back(makeTensorType(dims, lhs.getElementType()));
  return success();
}

LogicalResult SdpaOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc, Adaptor op,
                                       SmallVectorImpl<Type> &types) {
  auto q = typeOf(op.getQuery()), k = typeOf(op.getKey()),
       v = typeOf(op.getValue());
  if (q.getRank() != 4 || k.getRank() != 4 || v.getRank() != 4 ||
      q.getElementType() != k.getElementType() ||
      q.getElementType() != v.getElementType())
    return emitOptionalError(loc,
                             "expected rank 4 and equal element types, found ",
                             q, ", ", k, " and ", v, " (sdpa_c1)");
  Dims qd = getDims(q), kd = getDims(k), vd = getDims(v);
  if (provablyDifferent(qd[0], kd[0]) || provablyDifferent(qd[0], vd[0]) ||
      provablyDifferent(kd[1], vd[1]) || provablyDifferent(kd[2], vd[2]) ||
      provablyDifferent(qd[3], kd[3]))
    return emitOptionalError(loc,
                             "expected batch, kv heads, keys and d to agree, "
                             "found ",
                             q, ", ", k, " and ", v, " (sdpa_c2)");
  auto heads = getConstant(qd[1]), kvHeads = getConstant(kd[1]);
  if (heads && kvHeads && (*kvHeads == 0 || *heads % *kvHeads))
    return emitOptionalError(loc, "expected ", *kvHeads, " kv heads to divide ",
                             *heads, " heads (sdpa_c3)");
  if (Value mask = op.getMask()) {
    Dims md = getDims(mask);
    Dims full = {qd[0], qd[1], qd[2], kd[2]};
    bool fits = md.size() == 4;
    for (size_t i = 0; fits && i < 4; ++i)
      fits = isConstant(md[i], 1) || !provablyDifferent(md[i], full[i]);
    if (!fits)
      return emitOptionalError(loc,
                               "expected a mask that broadcasts to the "
                               "scores, found ",
                               mask.getType(), " (sdpa_c4)");
  }
  types.push_back(
      makeTensorType({qd[0], qd[1], qd[2], vd[3]}, q.getElementType()));
  return success();
}
