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

/// Memory of 16-bit floats is read and written as integers: without instructions for
/// them the code generator widens the floats of a masked access, and rounds again.
static Type storageOf(Type element) {
  if (element.isBF16() || element.isF16())
    return IntegerType::get(element.getContext(), 16);
  return element;
}

static Value bitcast(ImplicitLocOpBuilder &b, Value v, Type element) {
  Type type = element;
  if (auto vector = dyn_cast<VectorType>(v.getType()))
    type = vector.clone(element);
  return v.getType() == type ? v : arith::BitcastOp::create(b, type, v).getResult();
}

static Value toStorage(ImplicitLocOpBuilder &b, Value v) {
  return bitcast(b, v, storageOf(getElementTypeOrSelf(v)));
}

Value CpuNestTarget::load(ImplicitLocOpBuilder &b, Value buffer, Value offset,
                          Type element) {
  Value v = LLVM::LoadOp::create(b, storageOf(element),
                                 elementPointer(b, buffer, offset, element),
                                 alignmentOf(element));
  return bitcast(b, v, element);
}

Value CpuNestTarget::loadVector(ImplicitLocOpBuilder &b, Value buffer,
                                Value offset, Type element, Value mask) {
  VectorType type = vectorOf(laneCount, storageOf(element));
  Value at = elementPointer(b, buffer, offset, element);
  Value v;
  if (mask)
    v = LLVM::MaskedLoadOp::create(b, type, at, mask, zeroOf(b, type),
                                   alignmentOf(element));
  else
    v = LLVM::LoadOp::create(b, type, at, alignmentOf(element));
  return bitcast(b, v, element);
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
  VectorType type = vectorOf(laneCount, storageOf(element));
  Value v = LLVM::masked_gather::create(
      b, type, pointers(b, buffer, offsets, element, laneCount),
      mask ? mask : allLanes(b), ValueRange{zeroOf(b, type)},
      b.getI32IntegerAttr(alignmentOf(element)));
  return bitcast(b, v, element);
}

void CpuNestTarget::store(ImplicitLocOpBuilder &b, Value value, Value buffer,
                          Value offset) {
  value = toStorage(b, value);
  Type element = value.getType();
  LLVM::StoreOp::create(b, value, elementPointer(b, buffer, offset, element),
                        alignmentOf(element));
}

void CpuNestTarget::storeVector(ImplicitLocOpBuilder &b, Value value,
                                Value buffer, Value offset, Value mask) {
  value = toStorage(b, value);
  Type element = getElementTypeOrSelf(value);
  Value at = elementPointer(b, buffer, offset, element);
  if (mask)
    LLVM::MaskedStoreOp::create(b, value, at, mask, alignmentOf(element));
  else
    LLVM::StoreOp::create(b, value, at, alignmentOf(element));
}

void CpuNestTarget::scatter(ImplicitLocOpBuilder &b, Value value, Value buffer,
                            Value offsets, Value mask) {
  value = toStorage(b, value);
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
  // Reassociation lets the sum be a tree; its order stays the same on every call.
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
