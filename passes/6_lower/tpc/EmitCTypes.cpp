// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of TPC-C's types and of the types in its intrinsics.
#include "passes/6_lower/tpc/EmitCTypes.h"

#include "dialects/tpc/IR/TpcDialect.h"

using namespace mlir;

namespace lcompile::tpc {

std::string nameOf(Type type) {
  Type element = getElementTypeOrSelf(type);
  if (element.isF32())
    return "f32";
  if (element.isBF16())
    return "bf16";
  if (element.isF16())
    return "f16";
  if (isa<Float8E4M3FNType>(element))
    return "f8_143";
  if (isa<Float8E5M2Type>(element))
    return "f8_152";
  auto integer = cast<IntegerType>(element);
  return (integer.isUnsigned() ? "u" : "i") +
         std::to_string(integer.getWidth());
}

/// The name of a vector's element in types: "float", "uchar".
static std::string wordOf(Type element) {
  if (element.isF32())
    return "float";
  if (element.isBF16())
    return "bfloat";
  if (element.isF16())
    return "half";
  if (isa<Float8E4M3FNType>(element))
    return "minifloat";
  if (isa<Float8E5M2Type>(element))
    return "minihalf";
  auto integer = cast<IntegerType>(element);
  if (integer.getWidth() == 1)
    return "bool";
  std::string sign = integer.isUnsigned() ? "u" : "";
  return sign + (integer.getWidth() == 8    ? "char"
                 : integer.getWidth() == 16 ? "short"
                                            : "int");
}

static unsigned lanesOf(Type element) {
  unsigned bits = element.getIntOrFloatBitWidth();
  return registerBits / (bits == 1 ? 32 : bits);
}

std::string registerName(Type element) { return groupName(element, 1); }

std::string groupName(Type element, unsigned registers) {
  return wordOf(element) + std::to_string(lanesOf(element) * registers);
}

Type groupType(Type element, unsigned registers) {
  return emitc::OpaqueType::get(element.getContext(),
                                groupName(element, registers));
}

Type intType(MLIRContext *ctx) { return emitc::OpaqueType::get(ctx, "int"); }

void addTypeConversions(TypeConverter &types) {
  types.addConversion([](Type type) -> std::optional<Type> {
    MLIRContext *ctx = type.getContext();
    auto opaque = [&](StringRef name) {
      return emitc::OpaqueType::get(ctx, name);
    };
    if (isa<emitc::OpaqueType, emitc::LValueType>(type) || type.isInteger(1))
      return type;
    if (type.isInteger(32) || type.isIndex())
      return intType(ctx);
    if (type.isF32())
      return opaque("float");
    if (auto vector = dyn_cast<VectorType>(type))
      return opaque(registerName(vector.getElementType()));
    if (isa<TensorType>(type))
      return opaque("tensor");
    if (isa<Int5Type>(type))
      return opaque("int5");
    if (isa<AddressType>(type))
      return opaque("__global__ void*");
    return Type();
  });
}

} // namespace lcompile::tpc
