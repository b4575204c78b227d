// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How long operations take, roughly.
#include "passes/3_distribute/OperationCost.h"

#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/WeightStore.h"

using namespace mlir;

namespace lcompile {

// Of one core: what contractions reach, and what memory gives when, of three
// operations over memory, two are fused into others.
static constexpr double flopsPerSecond = 1.1e11, bytesPerSecond = 6e10;
static constexpr double latency = 2e-5; // of a message
static constexpr double dynamicSize = 64;

static double elementsOf(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return 0;
  double count = 1;
  for (int64_t size : tensor.getShape())
    count *= ShapedType::isDynamic(size) ? dynamicSize : double(size);
  return count;
}

double tensorBytes(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? elementsOf(type) * lc::byteWidth(tensor.getElementType()) : 0;
}

/// Of tensors, and of what futures will be.
static double bytesOf(TypeRange types) {
  double bytes = 0;
  for (Type type : types) {
    auto future = dyn_cast<ccl::FutureType>(type);
    bytes += future ? bytesOf(future.getResults()) : tensorBytes(type);
  }
  return bytes;
}

double computeSeconds(Operation *op) {
  double seconds =
      (bytesOf(op->getOperandTypes()) + bytesOf(op->getResultTypes())) /
      bytesPerSecond;
  if (isa<lc::View, lc::FullOp, lc::ParameterOp, ccl::StartOp, ccl::WaitOp>(op))
    return 0;
  if (op->getNumOperands() < 2 || op->getNumResults() != 1 ||
      !(lc::isContraction(op) || isa<lc::SdpaOp>(op)))
    return seconds;
  // Each element of one operand meets those of another that share its place in
  // the contraction: of three tensors that are the sides of a box, the volume
  // is the root of their product.
  double product = elementsOf(op->getResult(0).getType()) *
                   elementsOf(op->getOperand(0).getType()) *
                   elementsOf(op->getOperand(1).getType());
  return seconds + 2 * std::sqrt(product) / flopsPerSecond;
}

double transferSeconds(Operation *collective, double rate) {
  double bytes = std::max(bytesOf(collective->getOperandTypes()),
                          bytesOf(collective->getResultTypes()));
  auto kind = cast<ccl::Collective>(collective).getKind();
  double rounds = kind == ccl::Kind::all_reduce ? 2 : 1;
  double world = double(ccl::worldOf(collective));
  return latency + rounds * bytes * (world - 1) / world / rate;
}

} // namespace lcompile
