// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What rules of differentiation work with.
#include "dialects/lc/IR/GradientBuilder.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::lc;

void GradientBuilder::give(Value v, Value gradient) {
  if (!wants(v) || !gradient)
    return;
  assert(v.getType() == gradient.getType() &&
         "a gradient has its value's type");
  Value &sum = gradients[v];
  sum = sum ? add(sum, gradient) : gradient;
}

void GradientBuilder::scale(Value result, Value operand,
                            llvm::function_ref<Value()> factor) {
  if (wants(operand))
    give(operand, mul(of(result), factor()));
}
