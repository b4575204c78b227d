// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a machine tells the loop-nest builder: how it loads, stores and reduces.
#ifndef PASSES_6_LOWER_NEST_NESTTARGET_H
#define PASSES_6_LOWER_NEST_NESTTARGET_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace lcompile::nest {

class LinearTarget;

/// The type of an element in memory on most machines: bool is a byte, integers
/// are signless, bf16 is the integer of its bits.
mlir::Type memoryType(mlir::Type element);

enum class Combine { sum, product, max, min, logicalOr, logicalAnd };

/// Elements [scale * m + low, scale * m + high] for member m of dimension `dim`
/// of a grid; scale 0: the same for all members. The bounds are expressions of
/// symbols.
struct MemberRange {
  unsigned dim;
  int64_t scale;
  mlir::AffineExpr low, high;
};

/// What a target may ask of the nest that is being built.
class NestIndices {
public:
  virtual ~NestIndices() = default;
  virtual mlir::ImplicitLocOpBuilder &builder() = 0;
  /// The expression as a number of the target's index type, in the scope that
  /// it needs; of the first lane where lanes differ.
  virtual mlir::Value index(mlir::AffineExpr expr) = 0;
  /// One number a lane.
  virtual mlir::Value indexVector(mlir::AffineExpr expr) = 0;
  /// True when the expressions differ between lanes.
  virtual bool isVector(llvm::ArrayRef<mlir::AffineExpr> exprs) = 0;
  /// By how much the expression grows from lane to lane, if that is known.
  virtual std::optional<int64_t> laneStride(mlir::AffineExpr expr) = 0;
  /// Lanes that take part; null: all.
  virtual mlir::Value mask() const = 0;
  virtual mlir::AffineExpr simplified(mlir::AffineExpr expr) = 0;
  /// The values that the expression takes in one member of the grid; none when
  /// data decide, or several dimensions of the grid move it.
  virtual std::optional<MemberRange> memberRange(mlir::AffineExpr expr) = 0;
};

/// An element of a tensor in memory, or those that the lanes stand for.
struct MemoryPlace {
  mlir::Value buffer;
  mlir::Type element; // in memory
  /// Sizes and one expression each; the number of elements and the row-major
  /// offset alone where dimensions do not matter.
  llvm::ArrayRef<mlir::AffineExpr> sizes, at;
};

/// Hooks of one machine.
class NestTarget {
public:
  virtual ~NestTarget() = default;

  /// Lanes of a vector of 32-bit elements; wider and narrower elements use as
  /// many lanes.
  virtual unsigned lanes() const = 0;

  /// Registers that hold such a vector.
  virtual unsigned vectorRegisters() const = 0;

  /// Numbers that count loops and address memory.
  virtual mlir::IntegerType indexType(mlir::MLIRContext *ctx) const {
    return mlir::IntegerType::get(ctx, 64);
  }

  /// 0, 1, 2, ... in the lanes, of the index type.
  virtual mlir::Value laneNumbers(mlir::ImplicitLocOpBuilder &b);

  virtual mlir::Type memoryType(mlir::Type element) const {
    return nest::memoryType(element);
  }

  /// True when what is computed is always a vector: lanes cannot become
  /// scalars.
  virtual bool computesInLanes() const { return false; }

  /// A vector when the place differs between lanes. Lanes that do not take part
  /// have any value, and are not written.
  virtual mlir::Value load(NestIndices &nest, const MemoryPlace &from) = 0;
  virtual void store(NestIndices &nest, mlir::Value value,
                     const MemoryPlace &to) = 0;

  /// All lanes of a vector combined.
  virtual mlir::Value reduce(mlir::ImplicitLocOpBuilder &b, Combine kind,
                             mlir::Value vector) = 0;
  /// Memory for `bytes` that lives as long as the kernel's call.
  virtual mlir::Value scratch(mlir::ImplicitLocOpBuilder &b, int64_t bytes) = 0;

  /// This target, when its memory is a line of elements.
  virtual LinearTarget *linear() { return nullptr; }
};

} // namespace lcompile::nest

#endif // PASSES_6_LOWER_NEST_NESTTARGET_H
