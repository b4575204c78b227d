// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The numbers that the archive's schema uses for types and formats.
#include "lib/Import/ExportedProgram/Schema.h"

using namespace mlir;

namespace lcompile::import {

namespace {
struct Element {
  int64_t code;
  llvm::StringLiteral mlirName, name; // of PyTorch
};
} // namespace

static constexpr Element elements[] = {
    {1, "ui8", "uint8"},
    {2, "i8", "int8"},
    {3, "i16", "int16"},
    {4, "i32", "int32"},
    {5, "i64", "int64"},
    {6, "f16", "float16"},
    {7, "f32", "float32"},
    {8, "f64", "float64"},
    {9, "c16", "complex32"},
    {10, "c32", "complex64"},
    {11, "c64", "complex128"},
    {12, "i1", "bool"},
    {13, "bf16", "bfloat16"},
    {28, "ui16", "uint16"},
    {29, "f8e4m3fn", "float8_e4m3fn"},
    {30, "f8e5m2", "float8_e5m2"},
    {31, "f8e4m3fnuz", "float8_e4m3fnuz"},
    {32, "f8e5m2fnuz", "float8_e5m2fnuz"},
    {33, "f8e8m0fnu", "float8_e8m0fnu"},
    {34, "ui32", "uint32"},
    {35, "ui64", "uint64"},
};

Type scalarType(int64_t code, MLIRContext *ctx) {
  Builder b(ctx);
  auto integer = [&](unsigned width) { return b.getIntegerType(width); };
  auto natural = [&](unsigned width) {
    return IntegerType::get(ctx, width, IntegerType::Unsigned);
  };
  switch (code) {
  case 1:
    return natural(8);
  case 2:
    return integer(8);
  case 3:
    return integer(16);
  case 4:
    return integer(32);
  case 5:
    return integer(64);
  case 6:
    return b.getF16Type();
  case 7:
    return b.getF32Type();
  case 8:
    return b.getF64Type();
  case 9:
    return ComplexType::get(b.getF16Type());
  case 10:
    return ComplexType::get(b.getF32Type());
  case 11:
    return ComplexType::get(b.getF64Type());
  case 12:
    return integer(1);
  case 13:
    return b.getBF16Type();
  case 28:
    return natural(16);
  case 29:
    return Float8E4M3FNType::get(ctx);
  case 30:
    return Float8E5M2Type::get(ctx);
  case 31:
    return Float8E4M3FNUZType::get(ctx);
  case 32:
    return Float8E5M2FNUZType::get(ctx);
  case 33:
    return Float8E8M0FNUType::get(ctx);
  case 34:
    return natural(32);
  case 35:
    return natural(64);
  default:
    return {};
  }
}

bool isSupportedElement(Type type) {
  if (type.isF64() || type.isF32() || type.isF16() || type.isBF16())
    return true;
  if (type.isUnsignedInteger(8))
    return true;
  return type.isSignlessInteger() &&
         llvm::is_contained({1, 8, 16, 32, 64}, type.getIntOrFloatBitWidth());
}

llvm::StringRef memoryFormat(int64_t code) {
  static constexpr llvm::StringLiteral names[] = {
      "contiguous_format", "channels_last", "channels_last_3d",
      "preserve_format"};
  return code >= 1 && code <= 4 ? llvm::StringRef(names[code - 1])
                                : llvm::StringRef();
}

std::string torchName(Type type) {
  for (const Element &element : elements)
    if (scalarType(element.code, type.getContext()) == type)
      return element.name.str();
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

Type parseElement(llvm::StringRef text, MLIRContext *ctx) {
  for (const Element &element : elements)
    if (text == element.name || text == element.mlirName)
      return scalarType(element.code, ctx);
  return text == "u8" ? scalarType(1, ctx) : Type();
}

} // namespace lcompile::import
