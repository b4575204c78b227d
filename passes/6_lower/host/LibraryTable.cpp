// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of library operations as an attribute of the module.
#include "passes/6_lower/host/LibraryTable.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace lcompile {

lc_dtype_t dtypeOf(Type element) {
  if (element.isF32())
    return LC_DTYPE_F32;
  if (element.isF64())
    return LC_DTYPE_F64;
  if (element.isF16())
    return LC_DTYPE_F16;
  if (element.isBF16())
    return LC_DTYPE_BF16;
  if (element.isInteger(1))
    return LC_DTYPE_BOOL;
  if (element.isUnsignedInteger(8))
    return LC_DTYPE_U8;
  switch (element.getIntOrFloatBitWidth()) {
  case 64:
    return LC_DTYPE_I64;
  case 32:
    return LC_DTYPE_I32;
  case 16:
    return LC_DTYPE_I16;
  default:
    return LC_DTYPE_I8;
  }
}

DictionaryAttr libraryOpAttr(const LibraryOp &op, int64_t weightsConstant,
                             ArrayRef<int> postOpBuffers,
                             function_ref<int64_t(AffineExpr)> planIndex,
                             MLIRContext *ctx) {
  Builder b(ctx);
  auto sizes = [&](ArrayRef<AffineExpr> exprs) {
    SmallVector<int64_t> values;
    for (AffineExpr expr : exprs) {
      std::optional<int64_t> value = lc::getConstant(expr);
      values.push_back(value ? *value : -1 - planIndex(expr));
    }
    return b.getDenseI64ArrayAttr(values);
  };
  auto tensor = [&](const LibraryTensor &t) {
    if (!t.base)
      return b.getDictionaryAttr({});
    return b.getDictionaryAttr(
        {b.getNamedAttr("dtype", b.getI64IntegerAttr(dtypeOf(t.element))),
         b.getNamedAttr("dims", sizes(t.dims)),
         b.getNamedAttr("strides", sizes(t.strides))});
  };
  SmallVector<Attribute> postOps;
  for (auto [i, post] : llvm::enumerate(op.postOps))
    postOps.push_back(b.getDictionaryAttr(
        {b.getNamedAttr("kind", b.getI64IntegerAttr(post.kind)),
         b.getNamedAttr("buffer", b.getI64IntegerAttr(postOpBuffers[i])),
         b.getNamedAttr("alpha", b.getF64FloatAttr(post.alpha)),
         b.getNamedAttr("beta", b.getF64FloatAttr(post.beta)),
         b.getNamedAttr("tensor", tensor(post.tensor))}));
  auto list = [&](ArrayRef<int64_t> values) {
    return b.getDenseI64ArrayAttr(values);
  };
  return b.getDictionaryAttr(
      {b.getNamedAttr("kind", b.getI64IntegerAttr(op.kind)),
       b.getNamedAttr("weights_constant", b.getI64IntegerAttr(weightsConstant)),
       b.getNamedAttr("src", tensor(op.src)),
       b.getNamedAttr("weights", tensor(op.weights)),
       b.getNamedAttr("bias", tensor(op.bias)),
       b.getNamedAttr("dst", tensor(op.dst)),
       b.getNamedAttr("stride", list(op.stride)),
       b.getNamedAttr("dilation", list(op.dilation)),
       b.getNamedAttr("pad_low", list(op.padLow)),
       b.getNamedAttr("pad_high", list(op.padHigh)),
       b.getNamedAttr("groups", b.getI64IntegerAttr(op.groups)),
       b.getNamedAttr("post_ops", b.getArrayAttr(postOps))});
}

lc_library_op_t libraryOpFromAttr(DictionaryAttr attr) {
  lc_library_op_t op = {};
  auto integer = [](DictionaryAttr d, StringRef name) {
    return cast<IntegerAttr>(d.get(name)).getInt();
  };
  auto tensor = [&](Attribute a) {
    lc_library_tensor_t t = {};
    auto d = cast<DictionaryAttr>(a);
    if (d.empty())
      return t;
    t.dtype = integer(d, "dtype");
    auto dims = cast<DenseI64ArrayAttr>(d.get("dims")).asArrayRef();
    auto strides = cast<DenseI64ArrayAttr>(d.get("strides")).asArrayRef();
    t.rank = dims.size();
    llvm::copy(dims, t.dims);
    llvm::copy(strides, t.strides);
    return t;
  };
  op.kind = integer(attr, "kind");
  op.weights_constant = integer(attr, "weights_constant");
  op.bias_constant = -1;
  op.src = tensor(attr.get("src"));
  op.weights = tensor(attr.get("weights"));
  op.bias = tensor(attr.get("bias"));
  op.dst = tensor(attr.get("dst"));
  op.groups = integer(attr, "groups");
  auto list = [&](StringRef name, int64_t *to) {
    llvm::copy(cast<DenseI64ArrayAttr>(attr.get(name)).asArrayRef(), to);
  };
  list("stride", op.stride);
  list("dilation", op.dilation);
  list("pad_low", op.pad_low);
  list("pad_high", op.pad_high);
  for (Attribute a : cast<ArrayAttr>(attr.get("post_ops"))) {
    auto d = cast<DictionaryAttr>(a);
    lc_post_op_t &post = op.post_ops[op.n_post_ops++];
    post.kind = integer(d, "kind");
    post.buffer = integer(d, "buffer");
    post.alpha = cast<FloatAttr>(d.get("alpha")).getValueAsDouble();
    post.beta = cast<FloatAttr>(d.get("beta")).getValueAsDouble();
    post.tensor = tensor(d.get("tensor"));
  }
  return op;
}

} // namespace lcompile
