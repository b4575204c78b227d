// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the kernel library can run as one call: a contraction whose operands are
// strided views, with elementwise operations applied to its result.
#ifndef PASSES_6_LOWER_CPU_LIBRARYOP_H
#define PASSES_6_LOWER_CPU_LIBRARYOP_H

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "runtime/backends/cpu/artefact/Artefact.h"
#include "llvm/ADT/SetVector.h"

namespace lcompile {

/// Sizes, strides and offset count elements and are expressions of the symbols.
struct LibraryTensor {
  mlir::Value base; // the tensor whose memory it is; null: absent
  mlir::Type element;
  llvm::SmallVector<mlir::AffineExpr> dims, strides;
  mlir::AffineExpr offset;
};

struct LibraryPostOp {
  lc_post_op_kind_t kind;
  double alpha = 0, beta = 0;
  LibraryTensor tensor; // of binary ones
};

/// The C++ side of lc_library_op_t.
struct LibraryOp {
  lc_library_kind_t kind;
  LibraryTensor src, weights, bias, dst;
  llvm::SmallVector<int64_t> stride, dilation, padLow, padHigh;
  int64_t groups = 1;
  llvm::SmallVector<LibraryPostOp> postOps;
};

/// Describes `group`, which has one result, as a library call. Values from
/// outside the group are memory. Fails when the library cannot run it so.
mlir::FailureOr<LibraryOp>
describeLibraryOp(const llvm::SetVector<mlir::Operation *> &group,
                  mlir::Value result, llvm::ArrayRef<lc::SymbolAttr> symbols);

} // namespace lcompile

#endif // PASSES_6_LOWER_CPU_LIBRARYOP_H
