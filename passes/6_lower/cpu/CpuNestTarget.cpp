// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The CPU's loads, stores and reductions, in the LLVM dialect.
#include "passes/6_lower/cpu/CpuNestTarget.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace lcompile {

static Value elementPointer(ImplicitLocOpBuilder &b, Value buffer, Value offset,
                            Type element) {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  return LLVM::GEPOp::create(b, pointer, element, buffer,
                             ArrayRef<LLVM::GEPArg>{offset},
                             LLVM::GEPNoWrapFlags::inbounds);
}

static unsigned alignmentOf(Type element) {
  return (element.getIntOrFloatBitWidth() + 7) / 8;
}

static VectorType vectorOf(unsigned lanes, Type element) {
  return VectorType::get({static_cast<int64_t>(lanes)}, element);
}

static Value zeroOf(ImplicitLocOpBuilder &b, VectorType type) {
  return arith::ConstantOp::create(b, b.getZeroAttr(type));
}

Value CpuNestTarget::loadScalar(ImplicitLocOpBuilder &b, Value buffer,
                                Value offset, Type element) {
  return LLVM::LoadOp::create(b, element,
                              elementPointer(b, buffer, offset, element),
                              alignmentOf(element));
}

Value CpuNestTarget::loadVector(ImplicitLocOpBuilder &b, Value buffer,
                                Value offset, Type element, Value mask) {
  VectorType type = vectorOf(laneCount, element);
  Value at = elementPointer(b, buffer, offset, element);
  if (!mask)
    return LLVM::LoadOp::create(b, type, at, alignmentOf(element));
  return LLVM::MaskedLoadOp::create(b, type, at, mask, zeroOf(b, type),
                                    alignmentOf(element));
}

Value CpuNestTarget::allLanes(ImplicitLocOpBuilder &b) {
  VectorType type = vectorOf(laneCount, b.getI1Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, true));
}

static Value pointers(ImplicitLocOpBuilder &b, Value buffer, Value offsets,
                      Type element, unsigned lanes) {
  Type type = VectorType::get({static_cast<int64_t>(lanes)},
                              LLVM::LLVMPointerType::get(b.getContext()));
  return LLVM::GEPOp::create(b, type, element, buffer,
                             ArrayRef<LLVM::GEPArg>{offsets});
}

Value CpuNestTarget::gather(ImplicitLocOpBuilder &b, Value buffer,
                            Value offsets, Type element, Value mask) {
  VectorType type = vectorOf(laneCount, element);
  return LLVM::masked_gather::create(
      b, type, pointers(b, buffer, offsets, element, laneCount),
      mask ? mask : allLanes(b), ValueRange{zeroOf(b, type)},
      b.getI32IntegerAttr(alignmentOf(element)));
}

void CpuNestTarget::storeScalar(ImplicitLocOpBuilder &b, Value value,
                                Value buffer, Value offset) {
  Type element = value.getType();
  LLVM::StoreOp::create(b, value, elementPointer(b, buffer, offset, element),
                        alignmentOf(element));
}

void CpuNestTarget::storeVector(ImplicitLocOpBuilder &b, Value value,
                                Value buffer, Value offset, Value mask) {
  Type element = getElementTypeOrSelf(value);
  Value at = elementPointer(b, buffer, offset, element);
  if (mask)
    LLVM::MaskedStoreOp::create(b, value, at, mask, alignmentOf(element));
  else
    LLVM::StoreOp::create(b, value, at, alignmentOf(element));
}

void CpuNestTarget::scatter(ImplicitLocOpBuilder &b, Value value, Value buffer,
                            Value offsets, Value mask) {
  Type element = getElementTypeOrSelf(value);
  LLVM::masked_scatter::create(
      b, value, pointers(b, buffer, offsets, element, laneCount),
      mask ? mask : allLanes(b), b.getI32IntegerAttr(alignmentOf(element)));
}

Value CpuNestTarget::reduce(ImplicitLocOpBuilder &b, nest::Combine kind,
                            Value vector) {
  bool isFloat =
      isa<FloatType>(cast<VectorType>(vector.getType()).getElementType());
  vector::CombiningKind combining = [&] {
    switch (kind) {
    case nest::Combine::sum:
      return vector::CombiningKind::ADD;
    case nest::Combine::product:
      return vector::CombiningKind::MUL;
    case nest::Combine::max:
      return isFloat ? vector::CombiningKind::MAXIMUMF
                     : vector::CombiningKind::MAXSI;
    case nest::Combine::min:
      return isFloat ? vector::CombiningKind::MINIMUMF
                     : vector::CombiningKind::MINSI;
    case nest::Combine::logicalOr:
      return vector::CombiningKind::OR;
    case nest::Combine::logicalAnd:
      return vector::CombiningKind::AND;
    }
    llvm_unreachable("not a reduction");
  }();
  // Reassociation lets the sum be a tree; its order stays the same on every
  // call.
  return vector::ReductionOp::create(b, combining, vector,
                                     isFloat ? arith::FastMathFlags::reassoc
                                             : arith::FastMathFlags::none);
}

Value CpuNestTarget::scratch(ImplicitLocOpBuilder &b, int64_t bytes) {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value count = LLVM::ConstantOp::create(b, b.getI64IntegerAttr(bytes));
  return LLVM::AllocaOp::create(b, pointer, b.getI8Type(), count, 64);
}

} // namespace lcompile
