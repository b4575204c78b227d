// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of convolutions.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

struct Operands {
  Value input, weight, bias;
  size_t spatial = 0;
  bool batched = true;
};

/// The operands; an input without a batch dimension gets one.
Operands operandsOf(AtenCall &call) {
  Operands o = {call.tensor("input"), call.tensor("weight"),
                call.tensorOrNull("bias")};
  if (call.refused())
    return o;
  int64_t rank = call.rankOf(o.weight);
  o.spatial = rank - 2;
  if (rank < 3 || rank > 5) {
    call.refuse("expected a weight of rank 3 to 5, found " +
                Datum(o.weight).describe());
    return o;
  }
  o.batched = call.rankOf(o.input) == rank;
  if (call.rankOf(o.input) == rank - 1)
    o.input = unsqueeze(call, o.input, 0);
  return o;
}

void finish(AtenCall &call, const Operands &o, Value result) {
  call.result(o.batched ? result : dropDim(call, result, 0));
}

void forward(AtenCall &call, const Operands &o, ArrayRef<int64_t> low,
             ArrayRef<int64_t> high) {
  auto stride = integersFor(call, "stride", o.spatial, 1);
  auto dilation = integersFor(call, "dilation", o.spatial, 1);
  int64_t groups = call.integer("groups", 1);
  finish(call, o,
         call.make<lc::ConvOp>(o.input, o.weight, o.bias, stride, low, high,
                               dilation, groups));
}

void conv(AtenCall &call) {
  Operands o = operandsOf(call);
  if (call.refused())
    return;
  auto padding = integersFor(call, "padding", o.spatial, 0);
  forward(call, o, padding, padding);
}

/// padding='valid' or 'same'.
void convNamedPadding(AtenCall &call) {
  Operands o = operandsOf(call);
  std::string mode = call.text("padding", "valid");
  if (call.refused())
    return;
  SmallVector<int64_t> low(o.spatial, 0), high(o.spatial, 0);
  if (mode == "same") {
    auto dilation = integersFor(call, "dilation", o.spatial, 1);
    auto stride = integersFor(call, "stride", o.spatial, 1);
    if (call.refused())
      return;
    for (size_t i = 0; i < o.spatial; ++i) {
      int64_t kernel = call.typeOf(o.weight).getDimSize(i + 2);
      if (ShapedType::isDynamic(kernel) || stride[i] != 1)
        return call.refuse("padding 'same' needs a known kernel and stride 1");
      int64_t total = dilation[i] * (kernel - 1);
      low[i] = total / 2;
      high[i] = total - low[i];
    }
  } else if (mode != "valid") {
    return call.refuse("padding '" + mode + "' is not known");
  }
  forward(call, o, low, high);
}

void convTranspose(AtenCall &call) {
  Operands o = operandsOf(call);
  if (call.refused())
    return;
  auto stride = integersFor(call, "stride", o.spatial, 1);
  auto padding = integersFor(call, "padding", o.spatial, 0);
  auto outputPadding = integersFor(call, "output_padding", o.spatial, 0);
  auto dilation = integersFor(call, "dilation", o.spatial, 1);
  int64_t groups = call.integer("groups", 1);
  auto one = [&](Value input, Value weight, Value bias) {
    return call.make<lc::ConvTransposeOp>(input, weight, bias, stride, padding,
                                          outputPadding, dilation, 1);
  };
  if (groups == 1)
    return finish(call, o, one(o.input, o.weight, o.bias));
  // The library knows no groups here: each becomes an operation of its own.
  auto inputs = lc::getConstant(lc::getDims(o.weight)[0]);
  auto outputs = lc::getConstant(lc::getDims(o.weight)[1]);
  if (!inputs || !outputs || groups < 1 || *inputs % groups)
    return call.refuse("expected groups that divide the channels");
  SmallVector<Value> parts;
  for (int64_t g = 0; g < groups; ++g) {
    auto part = [&](Value v, int64_t dim, int64_t size) {
      return v ? call.slice(v, dim, call.constant(g * size),
                            call.constant(size))
               : Value();
    };
    parts.push_back(one(part(o.input, 1, *inputs / groups),
                        part(o.weight, 0, *inputs / groups),
                        part(o.bias, 0, *outputs)));
  }
  finish(call, o, concat(call, parts, 1));
}

void convolution(AtenCall &call) {
  call.boolean("transposed") ? convTranspose(call) : conv(call);
}

} // namespace

void lcompile::import::addConvolutionRules(AtenTable &table) {
  table.add({"aten::conv1d", "aten::conv2d", "aten::conv3d"}, conv);
  table.add(
      {"aten::conv1d.padding", "aten::conv2d.padding", "aten::conv3d.padding"},
      convNamedPadding);
  table.add({"aten::conv_transpose1d", "aten::conv_transpose2d.input",
             "aten::conv_transpose3d.input"},
            convTranspose);
  table.add({"aten::convolution", "aten::_convolution",
             "aten::_convolution.deprecated"},
            convolution);
}
