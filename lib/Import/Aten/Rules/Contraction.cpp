// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of matrix products and attention.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// Product of tensors of rank 2 or more, batch dimensions broadcast.
Value batchedProduct(AtenCall &call, Value a, Value b) {
  if (call.refused())
    return {};
  int64_t ra = call.rankOf(a), rb = call.rankOf(b);
  if (rb == 2)
    return call.make<lc::MatmulOp>(a, b, Value());
  lc::Dims da = lc::getDims(a), db = lc::getDims(b);
  auto batchOf = [&](Value v, lc::Dims &dims) {
    // A stand-in of the batch shape, for the one place that knows broadcast.
    dims.pop_back_n(2);
    return dims;
  };
  lc::Dims batchA = batchOf(a, da), batchB = batchOf(b, db);
  int64_t rank = std::max(ra, rb);
  lc::Dims batch;
  for (int64_t i = 0; i < rank - 2; ++i) {
    int64_t ia = i - (rank - ra), ib = i - (rank - rb);
    AffineExpr x = ia >= 0 ? batchA[ia] : call.constant(1);
    AffineExpr y = ib >= 0 ? batchB[ib] : call.constant(1);
    batch.push_back(lc::isConstant(x, 1) ? y : x);
  }
  auto full = [&](Value v) {
    lc::Dims dims = batch, own = lc::getDims(v);
    dims.append(own.end() - 2, own.end());
    return call.broadcastTo(v, dims);
  };
  Value left = full(a), right = full(b);
  return call.make<lc::MatmulOp>(left, right, Value());
}

Value product(AtenCall &call, Value a, Value b) {
  if (call.refused())
    return {};
  int64_t ra = call.rankOf(a), rb = call.rankOf(b);
  if (ra == 0 || rb == 0) {
    call.refuse("expected operands of rank 1 or more");
    return {};
  }
  if (ra == 1)
    a = unsqueeze(call, a, 0);
  if (rb == 1)
    b = unsqueeze(call, b, 1);
  Value result = batchedProduct(call, a, b);
  if (rb == 1 && !call.refused())
    result = dropDim(call, result, call.rankOf(result) - 1);
  if (ra == 1 && !call.refused())
    result = dropDim(call, result, call.rankOf(result) - (rb == 1 ? 1 : 2));
  return result;
}

template <const char *lhs, const char *rhs> void matmul(AtenCall &call) {
  Value a = call.tensor(lhs), b = call.tensor(rhs);
  call.result(product(call, a, b));
}
constexpr char selfName[] = "self", otherName[] = "other", mat2Name[] = "mat2",
               vecName[] = "vec", tensorName[] = "tensor";

void outer(AtenCall &call) {
  Value a = call.tensor("self"), b = call.tensor("vec2");
  if (call.refused())
    return;
  if (call.rankOf(a) != 1 || call.rankOf(b) != 1)
    return call.refuse("expected vectors");
  call.result(broadcasted<lc::MulOp>(call, unsqueeze(call, a, 1), b));
}

/// beta * self + alpha * (a @ b); a vector becomes the product's bias.
template <const char *lhs, const char *rhs> void addProduct(AtenCall &call) {
  Value self = call.tensor("self"), a = call.tensor(lhs), b = call.tensor(rhs);
  double alpha = call.number("alpha", 1), beta = call.number("beta", 1);
  if (call.refused())
    return;
  lc::Dims own = lc::getDims(self);
  if (call.rankOf(b) == 2 && call.rankOf(a) == 2 && own.size() == 1 &&
      alpha == 1 && beta == 1 && lc::provablyEqual(own[0], lc::getDims(b)[1]))
    return call.result(call.make<lc::MatmulOp>(a, b, self));
  Value result = product(call, a, b);
  if (alpha != 1)
    result = withNumber<lc::MulOp>(call, result, alpha);
  if (beta == 0 || call.refused()) // self is not read, not even its NaN
    return call.result(result);
  if (beta != 1)
    self = withNumber<lc::MulOp>(call, self, beta);
  call.result(call.make<lc::AddOp>(
      result, call.broadcastTo(self, lc::getDims(result))));
}
constexpr char mat1Name[] = "mat1", batch1Name[] = "batch1",
               batch2Name[] = "batch2", matName[] = "mat";

void linear(AtenCall &call) {
  Value x = call.tensor("input"), weight = call.tensor("weight");
  Value bias = call.tensorOrNull("bias");
  if (call.refused())
    return;
  if (call.rankOf(weight) != 2) { // a vector of weights gives one feature
    Value result = product(call, x, weight);
    return call.result(bias ? broadcasted<lc::AddOp>(call, result, bias)
                            : result);
  }
  bool vector = call.rankOf(x) == 1;
  if (vector)
    x = unsqueeze(call, x, 0);
  bool direct = !bias || (call.rankOf(bias) == 1 &&
                          !lc::provablyDifferent(lc::getDims(bias)[0],
                                                 lc::getDims(weight)[0]));
  Value result = call.make<lc::MatmulOp>(x, weight, direct ? bias : Value(),
                                         /*transpose_a=*/false,
                                         /*transpose_b=*/true);
  if (!direct && !call.refused())
    result = broadcasted<lc::AddOp>(call, result, bias);
  call.result(vector ? dropDim(call, result, 0) : result);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// All but the last `keep` dimensions as one.
Value mergeLeading(AtenCall &call, Value v, size_t keep) {
  if (call.refused())
    return {};
  lc::Dims dims = lc::getDims(v);
  size_t lead = dims.size() - keep;
  lc::Dims merged = {import::product(call, ArrayRef(dims).take_front(lead))};
  merged.append(dims.begin() + lead, dims.end());
  return call.reshape(v, merged);
}

/// `v` with dimensions of size 1 in front until it has this rank.
Value withRank(AtenCall &call, Value v, size_t rank) {
  if (call.refused())
    return {};
  lc::Dims dims = lc::getDims(v);
  dims.insert(dims.begin(), rank - std::min(rank, dims.size()),
              call.constant(1));
  return call.reshape(v, dims);
}

/// Expands the first `count` dimensions of all three to their common sizes.
lc::Dims shareBatch(AtenCall &call, MutableArrayRef<Value> tensors,
                    size_t count) {
  lc::Dims common(count, call.constant(1));
  for (Value v : tensors)
    for (auto [i, size] :
         llvm::enumerate(ArrayRef(lc::getDims(v)).take_front(count)))
      if (lc::isConstant(common[i], 1))
        common[i] = size;
  for (Value &v : tensors) {
    lc::Dims dims = common, own = lc::getDims(v);
    dims.append(own.begin() + count, own.end());
    v = call.expand(v, dims);
    if (call.refused())
      return {};
  }
  return common;
}

void attention(AtenCall &call) {
  SmallVector<Value> qkv = {call.tensor("query"), call.tensor("key"),
                            call.tensor("value")};
  Value mask = call.tensorOrNull("attn_mask");
  bool causal = call.boolean("is_causal");
  double dropped = call.number("dropout_p", 0);
  if (mask && causal)
    call.refuse("expected a mask or is_causal, not both");
  if (call.refused())
    return;
  size_t rank = 4;
  for (Value v : qkv) {
    if (call.rankOf(v) < 2)
      return call.refuse("expected query, key and value of rank 2 or more");
    rank = std::max<size_t>(rank, call.rankOf(v));
  }
  if (mask)
    rank = std::max<size_t>(rank, call.rankOf(mask));
  size_t own = 2; // the rank of the result
  for (Value v : qkv)
    own = std::max<size_t>(own, call.rankOf(v));
  own = mask ? std::max<size_t>(own, call.rankOf(mask)) : own;
  for (Value &v : qkv)
    v = withRank(call, v, rank);
  lc::Dims lead = shareBatch(call, qkv, rank - 3);
  if (call.refused())
    return;
  lc::Dims q = lc::getDims(qkv[0]), k = lc::getDims(qkv[1]);
  AffineExpr heads = q[rank - 3], kvHeads = k[rank - 3];
  bool grouped = call.boolean("enable_gqa");
  if (lc::isConstant(heads, 1) && !lc::isConstant(kvHeads, 1)) {
    q[rank - 3] = heads = kvHeads;
    qkv[0] = call.expand(qkv[0], q);
  }
  if (!grouped && !lc::isConstant(kvHeads, 1) &&
      lc::provablyDifferent(heads, kvHeads))
    return call.refuse("expected equal numbers of heads without enable_gqa");
  if (mask) {
    mask = withRank(call, mask, rank);
    if (call.refused())
      return;
    lc::Dims dims = lc::getDims(mask);
    if (rank > 4)
      std::copy(lead.begin(), lead.end(), dims.begin());
    dims[rank - 1] = k[rank - 2];
    mask = call.expand(mask, dims);
    if (!call.refused() && !call.elementOf(mask).isInteger(1))
      mask = call.convert(mask, call.elementOf(qkv[0]));
  }
  if (rank > 4) {
    for (Value &v : qkv)
      v = mergeLeading(call, v, 3);
    if (mask)
      mask = mergeLeading(call, mask, 3);
  }
  double scale = 0;
  if (call.has("scale"))
    scale = call.number("scale");
  else if (auto depth = lc::getConstant(q[rank - 1]))
    scale = 1 / std::sqrt(static_cast<double>(*depth));
  else
    call.refuse("the scale follows from a size that is not known");
  Value result = call.make<lc::SdpaOp>(qkv[0], qkv[1], qkv[2], mask,
                                       APFloat(scale), causal);
  if (call.refused())
    return;
  if (dropped) {
    auto op = result.getDefiningOp<lc::SdpaOp>();
    result = lc::expandAttention(op, call.b, [&](Value weights) {
      Value kept = dropElements(call, weights, dropped).first;
      return kept ? kept : weights;
    });
    op->erase();
    if (call.refused())
      return;
  }
  lc::Dims dims = lead, last = lc::getDims(result);
  dims.append(last.begin() + 1, last.end());
  dims.erase(dims.begin(), dims.begin() + (rank - own));
  call.result(call.reshape(result, dims));
}

} // namespace

void lcompile::import::addContractionRules(AtenTable &table) {
  table.add("aten::matmul", matmul<selfName, otherName>);
  table.add({"aten::mm", "aten::bmm"}, matmul<selfName, mat2Name>);
  table.add("aten::mv", matmul<selfName, vecName>);
  table.add("aten::dot", matmul<selfName, tensorName>);
  table.add("aten::vdot", matmul<selfName, otherName>);
  table.add({"aten::outer", "aten::ger"}, outer);
  table.add("aten::addmm", addProduct<mat1Name, mat2Name>);
  table.add("aten::baddbmm", addProduct<batch1Name, batch2Name>);
  table.add("aten::addmv", addProduct<matName, vecName>);
  table.add("aten::linear", linear);
  table.add("aten::scaled_dot_product_attention", attention);
}
