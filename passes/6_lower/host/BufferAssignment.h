// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which memory holds each tensor of the host function, and for how long.
#ifndef PASSES_6_LOWER_HOST_BUFFERASSIGNMENT_H
#define PASSES_6_LOWER_HOST_BUFFERASSIGNMENT_H

#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/kernel/IR/KernelDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/6_lower/host/ArenaPlan.h"

namespace lcompile {

struct Memory {
  enum Kind { none, input, output, constant, arena } kind = none;
  unsigned index = 0; // of the input, output, constant or slot

  bool operator==(const Memory &o) const = default;
};

/// Assigns memory to every tensor of a function of kernel calls, reshapes,
/// weights, scalars and scf operations. Loop-carried tensors have one memory
/// for the whole loop; a kernel writes over an operand that dies with it where
/// it says it can.
class BufferAssignment {
public:
  explicit BufferAssignment(mlir::func::FuncOp function);

  Memory lookup(mlir::Value v) const { return memory.lookup(v); }
  /// Where the next value of a loop-carried tensor waits until all are
  /// computed, when it cannot be written to the tensor's memory at once; else
  /// none.
  Memory stagedFor(mlir::Value argument) const {
    return staged.lookup(argument);
  }
  /// Where parts of other ranks arrive; none when a collective needs no such
  /// memory.
  Memory scratchOf(ccl::StartOp start) const { return scratch.lookup(start); }
  llvm::ArrayRef<ArenaSlot> slots() const { return arena; }
  /// The place of an operation in the order that lifetimes count in.
  unsigned stepOf(mlir::Operation *op) const { return steps.lookup(op).first; }
  /// Keys of weights in the order of their constants' indices.
  llvm::ArrayRef<std::string> constants() const { return keys; }

  /// Bytes of a tensor, and the same rounded up to LC_ALIGNMENT.
  static mlir::AffineExpr bytesOf(mlir::Value tensor);

private:
  void number(mlir::Block &block);
  unsigned lastUse(mlir::Value v);
  void assignOutputs();
  bool readsInPlace(kernel::CallOp call, mlir::Value v);
  void visit(mlir::Block &block);
  void visitCall(mlir::Operation *call);
  /// Operands, results and scratch are the collective's until its wait.
  void visitStart(ccl::StartOp start);
  void visitIf(mlir::scf::IfOp op);
  void visitFor(mlir::scf::ForOp op);
  void visitWhile(mlir::scf::WhileOp op);
  Memory newSlot(mlir::Value v, unsigned begin, unsigned end);
  Memory newSlot(mlir::AffineExpr bytes, unsigned begin, unsigned end);
  /// Whether `v` is read behind `op`, which reads it as well.
  bool isReadBehind(mlir::Value v, mlir::Operation *op);
  void share(mlir::Value v, Memory m);
  /// Memory for a loop-carried tensor: that of `initial` when nothing else
  /// reads it, in the rounds or after them.
  Memory carried(mlir::scf::ForOp loop, mlir::Value initial, unsigned begin,
                 unsigned end);

  mlir::func::FuncOp function;
  llvm::DenseMap<mlir::Operation *, std::pair<unsigned, unsigned>> steps;
  unsigned step = 0;
  llvm::DenseMap<mlir::Value, Memory> memory;
  llvm::DenseMap<mlir::Value, Memory> staged;
  llvm::DenseMap<mlir::Operation *, Memory> scratch;
  llvm::SmallVector<ArenaSlot> arena;
  llvm::SmallVector<std::string> keys;
};

} // namespace lcompile

#endif // PASSES_6_LOWER_HOST_BUFFERASSIGNMENT_H
