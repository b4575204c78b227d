// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Emits the rt program and the plan of one function.
#ifndef PASSES_6_LOWER_HOST_HOSTEMITTER_H
#define PASSES_6_LOWER_HOST_HOSTEMITTER_H

#include "dialects/kernel/IR/KernelDialect.h"
#include "dialects/lc/IR/LcOps.h"
#include "dialects/rt/IR/RtDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/6_lower/cpu/LibraryOp.h"
#include "passes/6_lower/host/BufferAssignment.h"

namespace lcompile {

/// Tables of the whole module.
struct ModuleTables {
  llvm::SmallVector<std::string> constants;
  /// The place of a weight among them; adds it when it is not there.
  int64_t constantIndex(llvm::StringRef key) {
    auto it = llvm::find(constants, key);
    if (it == constants.end())
      it = constants.insert(constants.end(), key.str());
    return it - constants.begin();
  }
  /// Constants that something else reads than library ops, as their weights.
  llvm::SetVector<int64_t> plainConstants;
  llvm::SmallVector<mlir::Attribute> libraryOps;
  llvm::SmallVector<mlir::Attribute> collectives; // in the order of tickets
};

/// For `@f` makes `@f_run`, a function of rt operations, and `@f_plan`, which
/// computes the plan from the symbols.
class HostEmitter {
public:
  HostEmitter(mlir::func::FuncOp function, ModuleTables &tables);
  mlir::LogicalResult emit();

private:
  void emitBlock(mlir::Block &block);
  void emitOp(mlir::Operation &op);
  void emitCall(kernel::CallOp call);
  void emitCodegenCall(kernel::CallOp call, mlir::func::FuncOp callee);
  void emitLibraryCall(kernel::CallOp call, mlir::func::FuncOp callee);
  void emitStart(ccl::StartOp start);
  void emitWait(ccl::WaitOp wait);
  /// A tensor chosen by a scalar condition (what simple branches fold to).
  void emitSelect(mlir::arith::SelectOp op);
  void emitIf(mlir::scf::IfOp op);
  void emitFor(mlir::scf::ForOp op);
  void emitWhile(mlir::scf::WhileOp op);
  void emitReturn(mlir::Operation *op);
  void emitPlan(const ArenaPlan &plan);
  void emitMetadata(const ArenaPlan &plan);
  /// The states of a training step (lc_state_t); empty for other functions.
  mlir::ArrayAttr describeStates();
  /// The arena of each rank, dynamic sizes at their upper bounds.
  llvm::SmallVector<int64_t> rankArenas(const ArenaPlan &plan) const;
  /// Slots, schedule and kernels, for people who read the plan.
  mlir::DictionaryAttr explainPlan(const ArenaPlan &plan);

  mlir::Value buffer(mlir::Value tensor) {
    return address(assignment.lookup(tensor));
  }
  mlir::Value address(Memory memory);
  mlir::Value scalar(mlir::AffineExpr expr);
  mlir::Value i64Constant(int64_t value);
  /// Copies the tensors among `values` to the memory of `targets`; gives the
  /// scalars.
  llvm::SmallVector<mlir::Value> carry(mlir::ValueRange values,
                                       mlir::ValueRange targets);
  /// The same at the end of a loop's body, where tensors may take each other's
  /// place.
  llvm::SmallVector<mlir::Value> carryAround(mlir::ValueRange values,
                                             mlir::ValueRange arguments);
  /// Maps the scalars among `old` to `fresh`, which holds scalars only.
  void mapScalars(mlir::ValueRange old, mlir::ValueRange fresh);
  void copy(Memory to, Memory from, mlir::Value tensor);
  unsigned planIndex(mlir::AffineExpr expr);
  /// A size that is neither known nor a plain symbol.
  static bool isComputed(mlir::AffineExpr size) {
    return !lc::getConstant(size) && !llvm::isa<mlir::AffineSymbolExpr>(size);
  }
  int64_t addDispatch(kernel::CallOp call);
  int64_t addDispatch(mlir::Operation *op, llvm::StringRef kernel,
                      llvm::StringRef unit, mlir::ValueRange reads,
                      mlir::ValueRange writes);
  /// "i0", "o1", "c2", "a3": input, output, constant or arena slot.
  std::string placeOf(mlir::Value tensor) const;

  mlir::func::FuncOp function;
  ModuleTables &tables;
  BufferAssignment assignment;
  ArenaPlan arena;
  mlir::ImplicitLocOpBuilder b;
  mlir::IRMapping scalars; // scalars that steer control flow
  llvm::SmallVector<lc::SymbolAttr> symbols;
  llvm::SmallVector<unsigned>
      constantIndex; // of the function's in the module's
  llvm::SmallVector<mlir::AffineExpr>
      planExprs; // behind arena size and offsets
  llvm::SmallVector<mlir::Attribute> dispatches, schedule;
  llvm::DenseMap<mlir::Operation *, int64_t> collectiveIndex; // of starts
  unsigned underWay = 0; // collectives that were started and not waited for
  bool dynamic = false;
};

} // namespace lcompile

#endif // PASSES_6_LOWER_HOST_HOSTEMITTER_H
