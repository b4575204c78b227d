// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights in the layout that library kernels want, made while compiling.
#include "lib/Target/CPU/WeightsPacking.h"

#include "dialects/lc/IR/WeightStore.h"
#include "dialects/rt/IR/RtDialect.h"
#include "passes/6_lower/host/LibraryTable.h"
#include "runtime/backends/cpu/artefact/OneDnnLayout.h"

using namespace mlir;

namespace lcompile {

/// Blocks that do not fill up make small weights large: those are packed when
/// they are loaded, which takes no time.
static bool growsMuch(const lc_library_op_t &op, uint64_t plain) {
  return packedSize(op) > plain + plain / 4;
}

static bool haveSameWeights(const lc_library_op_t &a,
                            const lc_library_op_t &b) {
  const lc_library_tensor_t &x = a.weights, &y = b.weights;
  return a.weights_tag == b.weights_tag && x.dtype == y.dtype &&
         x.rank == y.rank && std::equal(x.dims, x.dims + x.rank, y.dims) &&
         std::equal(x.strides, x.strides + x.rank, y.strides);
}

std::vector<WeightsPacking> chooseWeightsPacking(ModuleOp program,
                                                 int threads) {
  auto keys =
      program->getAttrOfType<ArrayAttr>(rt::RtDialect::constantsAttrName);
  std::vector<WeightsPacking> result(keys ? keys.size() : 0);
  std::vector<bool> isPlain(result.size());
  lc::WeightStore &store = lc::getWeightStore(program.getContext());
  if (auto plain = program->getAttrOfType<DenseI64ArrayAttr>(
          rt::RtDialect::plainConstantsAttrName))
    for (int64_t i : plain.asArrayRef())
      isPlain[i] = true;
  if (auto library =
          program->getAttrOfType<ArrayAttr>(rt::RtDialect::libraryAttrName))
    for (Attribute a : library) {
      lc_library_op_t op = libraryOpFromAttr(cast<DictionaryAttr>(a));
      int64_t i = op.weights_constant;
      if (i < 0 || isPlain[i])
        continue;
      op.weights_tag = rt::onednn::preferredTag(op, threads);
      const lc::Weight *weight = store.lookup(cast<StringAttr>(keys[i]));
      if (!op.weights_tag || !weight || growsMuch(op, weight->data.size()) ||
          (result[i] && !haveSameWeights(*result[i], op)))
        isPlain[i] = true;
      else
        result[i] = op;
    }
  for (size_t i = 0; i < result.size(); ++i)
    if (isPlain[i])
      result[i].reset();
  return result;
}

uint64_t packedSize(const lc_library_op_t &packing) {
  return rt::onednn::packedSize(packing);
}

llvm::Expected<std::vector<char>> packWeights(const lc_library_op_t &packing,
                                              ArrayRef<char> data) {
  // Zeros where the layout has gaps: builds must not differ.
  std::vector<char> result(packedSize(packing));
  if (!rt::onednn::packAsTagged(packing, data.data(), result.data()))
    return llvm::createStringError("oneDNN cannot pack a weight of " +
                                   std::to_string(data.size()) + " bytes");
  return result;
}

} // namespace lcompile
