// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The CPU's loads, stores and reductions, in the LLVM dialect.
#ifndef PASSES_6_LOWER_CPU_CPUNESTTARGET_H
#define PASSES_6_LOWER_CPU_CPUNESTTARGET_H

#include "passes/6_lower/nest/LinearTarget.h"

namespace lcompile {

/// Buffers are `!llvm.ptr` to the first element.
class CpuNestTarget : public nest::LinearTarget {
public:
  explicit CpuNestTarget(unsigned vectorBits) : laneCount(vectorBits / 32) {}

  unsigned lanes() const override { return laneCount; }
  unsigned vectorRegisters() const override {
    return laneCount >= 16 ? 32 : 16;
  }
  mlir::Value loadScalar(mlir::ImplicitLocOpBuilder &b, mlir::Value buffer,
                         mlir::Value offset, mlir::Type element) override;
  mlir::Value loadVector(mlir::ImplicitLocOpBuilder &b, mlir::Value buffer,
                         mlir::Value offset, mlir::Type element,
                         mlir::Value mask) override;
  mlir::Value gather(mlir::ImplicitLocOpBuilder &b, mlir::Value buffer,
                     mlir::Value offsets, mlir::Type element,
                     mlir::Value mask) override;
  void storeScalar(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                   mlir::Value buffer, mlir::Value offset) override;
  void storeVector(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                   mlir::Value buffer, mlir::Value offset,
                   mlir::Value mask) override;
  void scatter(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
               mlir::Value buffer, mlir::Value offsets,
               mlir::Value mask) override;
  mlir::Value reduce(mlir::ImplicitLocOpBuilder &b, nest::Combine kind,
                     mlir::Value vector) override;
  mlir::Value scratch(mlir::ImplicitLocOpBuilder &b, int64_t bytes) override;

private:
  mlir::Value allLanes(mlir::ImplicitLocOpBuilder &b);
  unsigned laneCount;
};

} // namespace lcompile

#endif // PASSES_6_LOWER_CPU_CPUNESTTARGET_H
