// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a machine tells the loop-nest builder: how it loads, stores and reduces.
#ifndef PASSES_6_LOWER_NEST_NESTTARGET_H
#define PASSES_6_LOWER_NEST_NESTTARGET_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace lcompile::nest {

enum class Combine { sum, product, max, min, logicalOr, logicalAnd };

/// Hooks of one machine. Offsets count elements; `element` is the type in
/// memory (bool: i8). Masks are vectors of i1, null when all lanes take part;
/// lanes that do not take part read as 0 and are not written.
class NestTarget {
public:
  virtual ~NestTarget() = default;

  /// Lanes of a vector of 32-bit elements; wider and narrower elements use as
  /// many lanes.
  virtual unsigned lanes() const = 0;

  /// Registers that hold such a vector.
  virtual unsigned vectorRegisters() const = 0;

  virtual mlir::Value load(mlir::ImplicitLocOpBuilder &b, mlir::Value buffer,
                           mlir::Value offset, mlir::Type element) = 0;
  virtual mlir::Value loadVector(mlir::ImplicitLocOpBuilder &b,
                                 mlir::Value buffer, mlir::Value offset,
                                 mlir::Type element, mlir::Value mask) = 0;
  virtual mlir::Value gather(mlir::ImplicitLocOpBuilder &b, mlir::Value buffer,
                             mlir::Value offsets, mlir::Type element,
                             mlir::Value mask) = 0;
  virtual void store(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                     mlir::Value buffer, mlir::Value offset) = 0;
  virtual void storeVector(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                           mlir::Value buffer, mlir::Value offset,
                           mlir::Value mask) = 0;
  virtual void scatter(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                       mlir::Value buffer, mlir::Value offsets,
                       mlir::Value mask) = 0;
  /// All lanes of a vector combined.
  virtual mlir::Value reduce(mlir::ImplicitLocOpBuilder &b, Combine kind,
                             mlir::Value vector) = 0;
  /// Memory for `bytes` that lives as long as the kernel's call.
  virtual mlir::Value scratch(mlir::ImplicitLocOpBuilder &b, int64_t bytes) = 0;
};

} // namespace lcompile::nest

#endif // PASSES_6_LOWER_NEST_NESTTARGET_H
