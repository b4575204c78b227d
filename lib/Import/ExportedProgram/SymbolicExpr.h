// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Symbolic sizes as the archive writes them, and what is known about them.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_SYMBOLICEXPR_H
#define LIB_IMPORT_EXPORTEDPROGRAM_SYMBOLICEXPR_H

#include "dialects/lc/IR/SymbolicShape.h"
#include "llvm/ADT/StringMap.h"
#include <memory>
#include <optional>

namespace lcompile::import {

/// A parsed expression: an integer, a symbol or a function of expressions.
struct SymExpr {
  enum Kind { Integer, Symbol, Call } kind = Integer;
  int64_t value = 0;     // of an integer
  std::string name;      // of a symbol or function: "s77", "FloorDiv"
  bool positive = false; // of a symbol
  std::vector<SymExpr> operands;
};

/// Parses sympy's srepr, "Add(Symbol('s77', positive=True, integer=True),
/// Integer(1))". Nothing on error, with the reason in `error`.
std::optional<SymExpr> parseSymExpr(llvm::StringRef text, std::string &error);

/// Parses Python's notation, "4*s69 + 1", as range constraints use it.
std::optional<SymExpr> parseInfixExpr(llvm::StringRef text, std::string &error);

/// The program's symbols: their ranges, and the expression that each stands
/// for.
class SymbolTable {
public:
  explicit SymbolTable(mlir::MLIRContext *ctx) : ctx(ctx) {}
  mlir::MLIRContext *context() const { return ctx; }

  void setRange(llvm::StringRef name, lc::Range range) { ranges[name] = range; }
  /// Makes the range of `name` smaller; false when nothing is left of it.
  bool narrow(llvm::StringRef name, int64_t min, int64_t max);
  std::optional<lc::Range> getRange(llvm::StringRef name) const;
  /// The symbol has this value wherever the program is built.
  void define(llvm::StringRef name, mlir::AffineExpr expr) {
    known[name] = expr;
  }
  mlir::AffineExpr lookup(llvm::StringRef name) const {
    return known.lookup(name);
  }

  /// The expression in terms of defined symbols; null when it cannot be written
  /// so, with the reason in `why`.
  mlir::AffineExpr lower(const SymExpr &expr, std::string &why) const;
  /// Bounds that hold for all values of the symbols, defined or not.
  lc::Range boundsOf(const SymExpr &expr) const;
  /// The value of a relation, where it is the same for all values.
  std::optional<bool> decide(const SymExpr &relation) const;

private:
  mlir::AffineExpr lowerCall(const SymExpr &expr, std::string &why) const;
  /// Bounds of lhs - rhs, in which common parts cancel.
  lc::Range boundsOfDifference(const SymExpr &lhs, const SymExpr &rhs) const;

  mlir::MLIRContext *ctx;
  llvm::StringMap<lc::Range> ranges;
  llvm::StringMap<mlir::AffineExpr> known;
};

/// `expr` as factor * symbol + offset, when it has that form with one symbol.
struct LinearForm {
  std::string symbol;
  int64_t factor, offset;
};
std::optional<LinearForm> linearForm(const SymExpr &expr);

/// Calls `visit` with every symbol of `expr`, from left to right.
void forEachSymbol(const SymExpr &expr,
                   llvm::function_ref<void(const SymExpr &)> visit);

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_SYMBOLICEXPR_H
