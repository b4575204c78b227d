// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Machines whose memory is a line of elements.
#ifndef PASSES_6_LOWER_NEST_LINEARTARGET_H
#define PASSES_6_LOWER_NEST_LINEARTARGET_H

#include "passes/6_lower/nest/NestTarget.h"

namespace lcompile::nest {

/// Places become offsets, which count elements. Masks are vectors of i1, null
/// when all lanes take part; lanes that do not take part read as 0.
class LinearTarget : public NestTarget {
public:
  mlir::Value load(NestIndices &nest, const MemoryPlace &from) override;
  void store(NestIndices &nest, mlir::Value value,
             const MemoryPlace &to) override;
  LinearTarget *linear() override { return this; }

  virtual mlir::Value loadScalar(mlir::ImplicitLocOpBuilder &b,
                                 mlir::Value buffer, mlir::Value offset,
                                 mlir::Type element) = 0;
  virtual mlir::Value loadVector(mlir::ImplicitLocOpBuilder &b,
                                 mlir::Value buffer, mlir::Value offset,
                                 mlir::Type element, mlir::Value mask) = 0;
  virtual mlir::Value gather(mlir::ImplicitLocOpBuilder &b, mlir::Value buffer,
                             mlir::Value offsets, mlir::Type element,
                             mlir::Value mask) = 0;
  virtual void storeScalar(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                           mlir::Value buffer, mlir::Value offset) = 0;
  virtual void storeVector(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                           mlir::Value buffer, mlir::Value offset,
                           mlir::Value mask) = 0;
  virtual void scatter(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                       mlir::Value buffer, mlir::Value offsets,
                       mlir::Value mask) = 0;
};

} // namespace lcompile::nest

#endif // PASSES_6_LOWER_NEST_LINEARTARGET_H
