// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parameters in few bits, with copies in f32 that are updated.
#include "passes/2_train/Masters.h"

#include "dialects/lc/IR/WeightStore.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace lcompile;

llvm::Expected<Type> lcompile::parseParameterType(StringRef text, Builder &b) {
  if (text.empty())
    return Type();
  if (text == "bf16")
    return Type(b.getBF16Type());
  if (text == "f16")
    return Type(b.getF16Type());
  return llvm::createStringError(
      "expected bf16 or f16 for --parameters, found '" + text.str() + "'");
}

/// Elements one after the other, as they lie in memory.
static void convert(ArrayRef<char> from, FloatType fromType,
                    MutableArrayRef<char> to, FloatType toType) {
  unsigned read = lc::byteWidth(fromType), write = lc::byteWidth(toType);
  for (size_t i = 0, n = from.size() / read; i < n; ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, from.data() + i * read, read);
    llvm::APFloat value(fromType.getFloatSemantics(),
                        llvm::APInt(read * 8, bits));
    bool isInexact;
    value.convert(toType.getFloatSemantics(),
                  llvm::APFloat::rmNearestTiesToEven, &isInexact);
    bits = value.bitcastToAPInt().getZExtValue();
    std::memcpy(to.data() + i * write, &bits, write);
  }
}

std::string lcompile::convertedWeight(StringRef key, FloatType element) {
  lc::WeightStore &store = lc::getWeightStore(element.getContext());
  const lc::Weight *weight = store.lookup(key);
  if (!weight || weight->type.getElementType() == element)
    return key.str();
  std::string text;
  llvm::raw_string_ostream(text) << key << ':' << element;
  if (store.lookup(text))
    return text;
  RankedTensorType type =
      RankedTensorType::get(weight->type.getShape(), element);
  auto bytes = std::make_shared<std::vector<char>>(
      size_t(type.getNumElements()) * lc::byteWidth(element));
  convert(weight->data, cast<FloatType>(weight->type.getElementType()), *bytes,
          element);
  return store.insert(text, {type, ArrayRef<char>(*bytes), bytes});
}
