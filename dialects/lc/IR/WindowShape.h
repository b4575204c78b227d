// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sizes of what windows slide over: convolutions and pooling.
#ifndef DIALECTS_LC_IR_WINDOWSHAPE_H
#define DIALECTS_LC_IR_WINDOWSHAPE_H

#include "dialects/lc/IR/SymbolicShape.h"

namespace lcompile::lc {

struct Window {
  mlir::AffineExpr size, kernel;
  int64_t stride, dilation, padding; // padding: both sides together
};

/// floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1.
inline mlir::AffineExpr windowCount(const Window &w) {
  std::optional<int64_t> kernel = getConstant(w.kernel);
  if (!w.size || !kernel)
    return {};
  mlir::AffineExpr room = w.size + (w.padding - w.dilation * (*kernel - 1) - 1);
  return simplify(simplify(room).floorDiv(w.stride) + 1);
}

/// [n, c, spatial..] from [n, spatial.., c], and back.
inline Dims channelsFirst(Dims dims, bool channelsLast) {
  if (channelsLast)
    std::rotate(dims.begin() + 1, dims.end() - 1, dims.end());
  return dims;
}
inline Dims channelsBack(Dims dims, bool channelsLast) {
  if (channelsLast)
    std::rotate(dims.begin() + 1, dims.begin() + 2, dims.end());
  return dims;
}

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_WINDOWSHAPE_H
