// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gaudi's vector cores for the loop-nest builder: tensors by coordinates.
#ifndef PASSES_6_LOWER_TPC_TPCNESTTARGET_H
#define PASSES_6_LOWER_TPC_TPCNESTTARGET_H

#include "dialects/tpc/IR/TpcDialect.h"
#include "passes/6_lower/nest/NestTarget.h"

namespace lcompile {

/// Buffers are arguments of a `tpc.kernel`. What is out of bounds along
/// dimension 0 reads as the pad value and is not written, so whole vectors are
/// accessed. Gathers what each access touches.
class TpcNestTarget : public nest::NestTarget {
public:
  /// `lanes`: elements of a chunk, a multiple of 64.
  TpcNestTarget(unsigned lanes, unsigned tensors)
      : laneCount(lanes), touched(tensors) {}

  unsigned lanes() const override { return laneCount; }
  unsigned vectorRegisters() const override { return 36 * 64 / laneCount; }
  mlir::IntegerType indexType(mlir::MLIRContext *ctx) const override {
    return mlir::IntegerType::get(ctx, 32);
  }
  mlir::Type memoryType(mlir::Type element) const override;
  bool computesInLanes() const override { return true; }
  mlir::Value laneNumbers(mlir::ImplicitLocOpBuilder &b) override;
  mlir::Value load(nest::NestIndices &nest,
                   const nest::MemoryPlace &from) override;
  void store(nest::NestIndices &nest, mlir::Value value,
             const nest::MemoryPlace &to) override;
  mlir::Value reduce(mlir::ImplicitLocOpBuilder &b, nest::Combine kind,
                     mlir::Value vector) override;
  mlir::Value scratch(mlir::ImplicitLocOpBuilder &b, int64_t bytes) override;

  /// The pattern of a tensor, from the accesses so far; none that were made:
  /// element 0 alone.
  tpc::AccessAttr accessOf(mlir::MLIRContext *ctx, unsigned tensor,
                           unsigned rank) const;

private:
  struct Touched {
    bool any = false, everything = false;
    llvm::SmallVector<nest::MemberRange> ranges; // dimension 0 first
  };

  /// The coordinates of a place, its lane-varying dimension checked; null when
  /// lanes lie apart.
  mlir::Value coordinates(nest::NestIndices &nest,
                          const nest::MemoryPlace &place);
  void touch(nest::NestIndices &nest, const nest::MemoryPlace &place);

  unsigned laneCount;
  llvm::SmallVector<Touched> touched;
};

} // namespace lcompile

#endif // PASSES_6_LOWER_TPC_TPCNESTTARGET_H
