// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operands of library calls as strided views of memory.
#ifndef PASSES_6_LOWER_CPU_LIBRARYVIEW_H
#define PASSES_6_LOWER_CPU_LIBRARYVIEW_H

#include "passes/6_lower/cpu/LibraryOp.h"

namespace lcompile {

/// Sees tensors as the kernel of one group of operations does.
class LibraryViews {
public:
  LibraryViews(const llvm::SetVector<mlir::Operation *> &group,
               mlir::ArrayRef<lc::SymbolAttr> symbols)
      : group(group), symbols(symbols) {}

  bool inside(mlir::Value v) const {
    return v.getDefiningOp() && group.contains(v.getDefiningOp());
  }

  /// `v` as a strided view of memory outside of the group. Dimensions that are
  /// repeated by lc.expand have size 1 when `broadcast` allows it.
  mlir::FailureOr<LibraryTensor> view(mlir::Value v, bool broadcast = false);

  const llvm::SetVector<mlir::Operation *> &group;
  mlir::ArrayRef<lc::SymbolAttr> symbols;
};

/// All of `v`, row-major.
LibraryTensor denseView(mlir::Value v);

/// All dimensions but the last become one; fails where memory has gaps.
llvm::LogicalResult mergeLeading(LibraryTensor &t);

/// The library wants one of the last two dimensions dense.
bool isMatrix(const LibraryTensor &t);

/// The same matrix, transposed.
void swapLast(LibraryTensor &t);

/// Dimensions in the order [n, c, spatial..].
void putChannelsFirst(LibraryTensor &t, bool channelsLast);

/// Weights [o, i / g, ..] as [g, o / g, i / g, ..] where there are groups.
void splitGroups(LibraryTensor &weights, int64_t groups);

} // namespace lcompile

#endif // PASSES_6_LOWER_CPU_LIBRARYVIEW_H
