// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention written with simpler operations.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"

using namespace mlir;
using namespace lcompile::lc;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

namespace {

struct SdpaBuilder {
  ImplicitLocOpBuilder &b;
  Type element;

  Value full(RankedTensorType type, double value) {
    return FullOp::create(b, type, b.getFloatAttr(element, value));
  }
  Value expand(Value v, RankedTensorType like) {
    auto type = withElement(like, typeOf(v).getElementType());
    return v.getType() == type ? v : ExpandOp::create(b, type, v).getResult();
  }

  /// True where the key's place is not behind the query's.
  Value causalMask(RankedTensorType scores) {
    Dims dims = getDims(scores);
    auto places = [&](unsigned dim) {
      auto line = makeTensorType({dims[dim]}, b.getI64Type());
      Value iota = IotaOp::create(b, line, b.getI64IntegerAttr(0),
                                  b.getI64IntegerAttr(1));
      Dims shape(4, constant(b.getContext(), 1));
      shape[dim] = dims[dim];
      Value v =
          ReshapeOp::create(b, makeTensorType(shape, b.getI64Type()), iota);
      return expand(v, scores);
    };
    Value query = places(2), key = places(3);
    return CompareOp::create(b, withElement(scores, b.getI1Type()),
                             CompareKind::le, key, query);
  }

  Value hide(Value scores, Value visible) {
    auto type = typeOf(scores);
    double infinity = std::numeric_limits<double>::infinity();
    return WhereOp::create(b, type, expand(visible, type), scores,
                           full(type, -infinity));
  }

  /// softmax over the last dimension; rows that are hidden whole become 0.
  Value softmax(Value scores, bool mayHide) {
    auto type = typeOf(scores);
    if (!mayHide)
      return SoftmaxOp::create(b, type, scores, b.getI64IntegerAttr(3),
                               UnitAttr());
    auto last = b.getDenseI64ArrayAttr(3);
    Value max = AmaxOp::create(b, scores, last, b.getUnitAttr());
    auto row = typeOf(max);
    auto flags = withElement(row, b.getI1Type());
    Value zero = full(row, 0);
    Value lowest = full(row, -std::numeric_limits<double>::infinity());
    Value hidden = CompareOp::create(b, flags, CompareKind::eq, max, lowest);
    max = WhereOp::create(b, row, hidden, zero, max);
    Value e = ExpOp::create(b, SubOp::create(b, scores, expand(max, type)));
    Value sum = SumOp::create(b, e, last, b.getUnitAttr());
    Value scale =
        WhereOp::create(b, row, hidden, zero, ReciprocalOp::create(b, sum));
    return MulOp::create(b, e, expand(scale, type));
  }
};

} // namespace

Value lcompile::lc::expandAttention(SdpaOp op, ImplicitLocOpBuilder &b,
                                    function_ref<Value(Value)> drop) {
  Type element = typeOf(op.getQuery()).getElementType();
  SdpaBuilder build{b, element};
  Dims q = getDims(op.getQuery()), k = getDims(op.getKey()),
       v = getDims(op.getValue());
  auto tensor = [&](ArrayRef<AffineExpr> dims) {
    return makeTensorType(dims, element);
  };
  // A group of heads that shares a kv head is more rows of one matrix.
  bool grouped = !provablyEqual(q[1], k[1]);
  AffineExpr rows = grouped ? simplify(q[1].floorDiv(k[1]) * q[2]) : q[2];
  Value query = op.getQuery();
  if (grouped)
    query = ReshapeOp::create(b, tensor({q[0], k[1], rows, q[3]}), query);
  Value scores =
      MatmulOp::create(b, tensor({q[0], k[1], rows, k[2]}), query, op.getKey(),
                       Value(), UnitAttr(), b.getUnitAttr());
  auto shape = tensor({q[0], q[1], q[2], k[2]});
  if (grouped)
    scores = ReshapeOp::create(b, shape, scores);
  double scale = op.getScale().convertToDouble();
  if (scale != 1)
    scores = MulOp::create(b, scores, build.full(shape, scale));
  if (op.getCausal())
    scores = build.hide(scores, build.causalMask(shape));
  bool mayHide = false;
  if (Value mask = op.getMask()) {
    mayHide = true;
    if (typeOf(mask).getElementType().isInteger(1)) {
      scores = build.hide(scores, mask);
    } else {
      if (typeOf(mask).getElementType() != element)
        mask = ConvertOp::create(b, withElement(typeOf(mask), element), mask);
      scores = AddOp::create(b, scores, build.expand(mask, shape));
    }
  }
  Value weights = build.softmax(scores, mayHide);
  if (drop)
    weights = drop(weights);
  if (grouped)
    weights = ReshapeOp::create(b, tensor({q[0], k[1], rows, k[2]}), weights);
  Value result =
      MatmulOp::create(b, tensor({q[0], k[1], rows, v[3]}), weights,
                       op.getValue(), Value(), UnitAttr(), UnitAttr());
  if (grouped)
    result = ReshapeOp::create(b, op.getType(), result);
  return result;
}

FailureOr<SmallVector<Value>> SdpaOp::decompose(ImplicitLocOpBuilder &b) {
  return SmallVector<Value>{expandAttention(*this, b)};
}
