// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the reader itself knows of operators: sharing of memory, and autocast.
#include "lib/Import/ExportedProgram/Graph.h"

#include "lib/Import/ExportedProgram/Schema.h"

using namespace mlir;

namespace lcompile::import {

/// "aten::add_.Tensor" -> "add_"; empty for operators that are not aten's.
static StringRef atenName(StringRef schema) {
  if (!schema.consume_front("aten::"))
    return "";
  return schema.split('.').first;
}

static const llvm::StringSet<> &viewOperators() {
  static const llvm::StringSet<> names = {"_reshape_alias",
                                          "_unsafe_view",
                                          "alias",
                                          "as_strided",
                                          "broadcast_to",
                                          "chunk",
                                          "contiguous",
                                          "detach",
                                          "diagonal",
                                          "dropout",
                                          "expand",
                                          "expand_as",
                                          "feature_dropout",
                                          "flatten",
                                          "hsplit",
                                          "movedim",
                                          "moveaxis",
                                          "narrow",
                                          "permute",
                                          "ravel",
                                          "real",
                                          "reshape",
                                          "reshape_as",
                                          "select",
                                          "slice",
                                          "split",
                                          "split_with_sizes",
                                          "squeeze",
                                          "swapaxes",
                                          "swapdims",
                                          "t",
                                          "tensor_split",
                                          "to",
                                          "transpose",
                                          "type_as",
                                          "unbind",
                                          "unflatten",
                                          "unfold",
                                          "unsafe_chunk",
                                          "unsqueeze",
                                          "view",
                                          "view_as",
                                          "view_as_real",
                                          "vsplit"};
  return names;
}

bool mayBeView(StringRef schema) {
  return viewOperators().contains(atenName(schema));
}

bool writesSelf(StringRef schema) {
  StringRef name = atenName(schema);
  if (!name.consume_back("_") || name.ends_with("_") || name.empty())
    return false;
  // These change what the tensor looks like, not what it holds.
  return !viewOperators().contains(name) && name != "requires_grad";
}

/// torch/amp: the operators that CPU or GPU autocast computes in the lower
/// precision. All others keep or widen the precision of their operands.
bool isLowPrecision(StringRef schema) {
  static const llvm::StringSet<> names = {"_convolution",
                                          "addbmm",
                                          "addmm",
                                          "addmv",
                                          "addr",
                                          "baddbmm",
                                          "bmm",
                                          "chain_matmul",
                                          "conv1d",
                                          "conv2d",
                                          "conv3d",
                                          "conv_tbc",
                                          "conv_transpose1d",
                                          "conv_transpose2d",
                                          "conv_transpose3d",
                                          "convolution",
                                          "einsum",
                                          "gru",
                                          "gru_cell",
                                          "linalg_multi_dot",
                                          "linear",
                                          "lstm",
                                          "lstm_cell",
                                          "matmul",
                                          "mm",
                                          "mv",
                                          "prelu",
                                          "rnn_relu",
                                          "rnn_tanh",
                                          "scaled_dot_product_attention"};
  return names.contains(atenName(schema));
}

/// `d` with its floating-point tensors converted to `to`.
static Datum castTensors(const Datum &d, Type to, OpBuilder &b, Location loc) {
  if (d.isList()) {
    Datum::List list;
    for (const Datum &element : d.list())
      list.push_back(castTensors(element, to, b, loc));
    return list;
  }
  if (!d.isTensor())
    return d;
  auto type = cast<RankedTensorType>(d.value().getType());
  if (!isa<FloatType>(type.getElementType()) || type.getElementType() == to)
    return d;
  Value converted =
      lc::ConvertOp::create(b, loc, lc::withElement(type, to), d.value());
  return converted;
}

/// Exported autocast regions leave out the casts: only the element types of the
/// results show what was computed in which precision.
void Graph::castOperands(StringRef schema, Json node, Args &args,
                         const ModelLocation &where) {
  if (!program.autocast)
    return;
  Type result;
  for (Json output : node.at("outputs").items()) {
    auto [kind, body] = output.variant();
    if (kind != "as_tensor" || result)
      continue;
    Json meta = graph.at("tensor_values").get(body.at("name").text());
    result =
        meta ? scalarType(meta.at("dtype").integer(), program.ctx) : Type();
  }
  bool lower = result == program.autocast && isLowPrecision(schema);
  bool wider = result && result.isF32();
  if (!lower && !wider)
    return;
  for (auto &[name, value] : args)
    value = castTensors(value, result, program.builder.builder(),
                        toLocation(where, program.ctx));
}

} // namespace lcompile::import
