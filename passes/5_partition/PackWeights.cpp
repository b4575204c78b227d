// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lays weights of contractions out as tiles read them.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "dialects/lc/IR/WeightStore.h"
#include "passes/5_partition/RegionBuilder.h"
#include "passes/Passes.h"

namespace lcompile {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

RankedTensorType typeOf(Value v) { return cast<RankedTensorType>(v.getType()); }

/// A dimension of the weight as it was: size and stride in elements.
struct Dim {
  int64_t size, stride;
};

struct PackWeightsPass : lcompile::impl::PackWeightsBase<PackWeightsPass> {
  using PackWeightsBase::PackWeightsBase;

  void runOnOperation() override {
    packed.clear();
    getOperation()->walk([&](Operation *op) {
      if (isInRegion(op))
        return;
      if (auto matmul = dyn_cast<lc::MatmulOp>(op))
        pack(matmul);
      else if (auto conv = dyn_cast<lc::ConvOp>(op))
        pack(conv);
    });
    // Nobody reads these as they were.
    getOperation()->walk([](lc::ParameterOp op) {
      if (op->use_empty())
        op->erase();
    });
  }

private:
  static bool isWeight(Value v) {
    return v.getDefiningOp<lc::ParameterOp>() && typeOf(v).hasStaticShape() &&
           typeOf(v).getNumElements() > 0;
  }

  /// The weight with columns in panels, each with all of `inner` for its
  /// columns: [panels, inner.., panel].
  Value packPanels(OpBuilder &b, lc::ParameterOp weight, Dim columns,
                   ArrayRef<Dim> inner, int64_t panel) {
    int64_t panels = (columns.size + panel - 1) / panel;
    SmallVector<int64_t> shape = {panels};
    std::string form = (weight.getKey() + ".packed").str();
    for (Dim d : inner) {
      shape.push_back(d.size);
      form += "/" + std::to_string(d.stride);
    }
    shape.push_back(panel);
    form += "/" + std::to_string(panel);
    auto type = RankedTensorType::get(shape, weight.getType().getElementType());
    std::string &key = packed[form];
    if (key.empty()) {
      lc::WeightStore &store = lc::getWeightStore(&getContext());
      const lc::Weight *old = store.lookup(weight.getKey());
      if (!old)
        return {};
      size_t width = lc::byteWidth(type.getElementType());
      std::vector<char> data(type.getNumElements() * width);
      char *to = data.data();
      auto copy = [&](auto &&self, size_t level, int64_t first,
                      int64_t from) -> void {
        if (level < inner.size()) {
          for (int64_t i = 0; i < inner[level].size; ++i)
            self(self, level + 1, first, from + i * inner[level].stride);
          return;
        }
        int64_t count = std::min(panel, columns.size - first);
        for (int64_t lane = 0; lane < count; ++lane)
          std::memcpy(to + lane * width,
                      old->data.data() +
                          (from + (first + lane) * columns.stride) * width,
                      width);
        to += panel * width;
      };
      for (int64_t p = 0; p < panels; ++p)
        copy(copy, 0, p * panel, 0);
      key = store.insertCopy((weight.getKey() + ".packed").str(), type, data);
    }
    return lc::ParameterOp::create(b, weight.getLoc(), type, key);
  }

  /// The first `count` of dimension `dim`.
  static Value first(ImplicitLocOpBuilder &b, Value v, int64_t dim,
                     int64_t count) {
    SmallVector<int64_t> shape(typeOf(v).getShape());
    if (shape[dim] == count)
      return v;
    shape[dim] = count;
    return lc::SliceOp::create(
        b, RankedTensorType::get(shape, typeOf(v).getElementType()), v, dim,
        lc::DimsAttr::get({lc::constant(b.getContext(), 0)}, b.getContext()));
  }

  static Value reshape(ImplicitLocOpBuilder &b, Value v,
                       ArrayRef<int64_t> shape) {
    return lc::ReshapeOp::create(
        b, RankedTensorType::get(shape, typeOf(v).getElementType()), v);
  }

  void pack(lc::MatmulOp op) {
    if (!isWeight(op.getRhs()) || typeOf(op.getRhs()).getRank() != 2)
      return;
    bool turned = op.getTransposeB();
    ArrayRef<int64_t> shape = typeOf(op.getRhs()).getShape();
    Dim columns{shape[turned ? 0 : 1], turned ? shape[1] : 1};
    Dim rows{shape[turned ? 1 : 0], turned ? 1 : shape[1]};
    ImplicitLocOpBuilder b(op.getLoc(), op);
    Value v = packPanels(b, op.getRhs().getDefiningOp<lc::ParameterOp>(),
                         columns, rows, panelSize);
    if (!v)
      return;
    int64_t padded = typeOf(v).getShape()[0] * panelSize;
    v = reshape(b, lc::permute(b, b.getLoc(), v, {1, 0, 2}),
                {rows.size, padded});
    op.getRhsMutable().assign(first(b, v, 1, columns.size));
    op.setTransposeB(false);
  }

  void pack(lc::ConvOp op) {
    if (!isWeight(op.getWeight()))
      return;
    ArrayRef<int64_t> shape = typeOf(op.getWeight()).getShape();
    SmallVector<int64_t> strides(shape.size(), 1);
    for (size_t i = shape.size() - 1; i-- > 0;)
      strides[i] = strides[i + 1] * shape[i + 1];
    SmallVector<Dim> inner;
    for (size_t i = 2; i < shape.size(); ++i)
      inner.push_back({shape[i], strides[i]});
    inner.push_back({shape[1], strides[1]});
    ImplicitLocOpBuilder b(op.getLoc(), op);
    // Vectors cross groups: then one panel of all channels.
    int64_t panel = op.getGroups() == 1 ? int64_t(panelSize) : shape[0];
    Value v = packPanels(b, op.getWeight().getDefiningOp<lc::ParameterOp>(),
                         {shape[0], strides[0]}, inner, panel);
    if (!v)
      return;
    // [panels, k.., c, panel] -> [panels, panel, c, k..]
    int64_t rank = typeOf(v).getRank();
    SmallVector<int64_t> perm = {0, rank - 1, rank - 2}, flat(shape);
    for (int64_t i = 1; i < rank - 2; ++i)
      perm.push_back(i);
    flat[0] = typeOf(v).getShape()[0] * panel;
    v = reshape(b, lc::permute(b, b.getLoc(), v, perm), flat);
    op.getWeightMutable().assign(first(b, v, 0, shape[0]));
  }

  std::map<std::string, std::string>
      packed; // key of the packed weight by its form
};

} // namespace
