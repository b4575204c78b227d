// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The bytes behind lc.parameter.
#include "dialects/lc/IR/WeightStore.h"

#include "dialects/lc/IR/LcDialect.h"
#include <vector>

using namespace mlir;

namespace lcompile::lc {

std::string WeightStore::insert(StringRef key, Weight weight) {
  std::string name = key.str();
  for (unsigned i = 1; weights.count(name); ++i)
    name = key.str() + "." + std::to_string(i);
  weights.emplace(name, std::move(weight));
  return name;
}

std::string WeightStore::insertCopy(StringRef key, RankedTensorType type,
                                    ArrayRef<char> data) {
  auto copy = std::make_shared<std::vector<char>>(data.begin(), data.end());
  ArrayRef<char> bytes(copy->data(), copy->size());
  return insert(key, Weight{type, bytes, std::move(copy)});
}

const Weight *WeightStore::lookup(StringRef key) const {
  auto it = weights.find(std::string_view(key));
  return it == weights.end() ? nullptr : &it->second;
}

unsigned byteWidth(Type element) {
  return (element.getIntOrFloatBitWidth() + 7) / 8;
}

WeightStore &getWeightStore(MLIRContext *ctx) {
  return ctx->getOrLoadDialect<LcDialect>()->getWeightStore();
}

} // namespace lcompile::lc
