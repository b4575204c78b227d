// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where each buffer lies in the arena, also when sizes are symbolic.
#ifndef PASSES_6_LOWER_HOST_ARENAPLAN_H
#define PASSES_6_LOWER_HOST_ARENAPLAN_H

#include "dialects/lc/IR/SymbolicShape.h"

namespace lcompile {

/// A buffer: its size and the first and last step of the program that need it.
struct ArenaSlot {
  mlir::AffineExpr bytes; // a multiple of LC_ALIGNMENT
  unsigned begin, end;
};

/// An order of slots from the bottom of the arena up. Slot i starts where the
/// highest of the slots below it ends; slots that are never live together may
/// overlap. For any values of the symbols this is a correct placement; at the
/// upper bounds of the symbols it is the one that greedy placement by size
/// found.
struct ArenaPlan {
  llvm::SmallVector<unsigned> order;
  llvm::SmallVector<llvm::SmallVector<unsigned>> below; // by slot
  /// By slot, at the symbols' upper bounds.
  llvm::SmallVector<int64_t> sizes, starts;
  int64_t bytes;     // at the symbols' upper bounds
  int64_t liveBytes; // the most bytes live at one step: a lower bound
  /// The slots whose sizes add up to the arena at the upper bounds.
  llvm::SmallVector<unsigned> tallest;
};

ArenaPlan planArena(llvm::ArrayRef<ArenaSlot> slots,
                    llvm::ArrayRef<lc::SymbolAttr> symbols);

/// The size of the arena for these values of the symbols.
int64_t arenaBytes(const ArenaPlan &plan, llvm::ArrayRef<ArenaSlot> slots,
                   llvm::ArrayRef<int64_t> symbols);

} // namespace lcompile

#endif // PASSES_6_LOWER_HOST_ARENAPLAN_H
