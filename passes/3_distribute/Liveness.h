// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is alive where in a block, roughly: before fusion, from shapes.
#ifndef PASSES_3_DISTRIBUTE_LIVENESS_H
#define PASSES_3_DISTRIBUTE_LIVENESS_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace lcompile {

/// Costs nothing to have: it is made where it is read, or it stays anyway.
bool isAtHand(mlir::Value v);

/// Operations of a block by number, and the values that have memory: no views,
/// and nothing that is at hand. Valid until the block changes.
class Liveness {
public:
  explicit Liveness(mlir::Block &block);

  struct Range {
    mlir::Value value;
    int64_t first, last; // made by and last read by, also through views
    double bytes;
  };

  llvm::ArrayRef<mlir::Operation *> operations() const { return ops; }
  llvm::ArrayRef<Range> ranges() const { return all; }
  int64_t placeOf(mlir::Operation *op) const { return place.lookup(op); }

  /// Bytes alive at each operation; what one reads for the last time is not.
  llvm::SmallVector<double> bytes() const;

private:
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::DenseMap<mlir::Operation *, int64_t> place;
  llvm::SmallVector<Range> all;
};

} // namespace lcompile

#endif // PASSES_3_DISTRIBUTE_LIVENESS_H
