// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Python numbers in their three forms: known, sizes, and SSA scalars from data.
#ifndef LIB_IMPORT_ATEN_RULES_SCALARS_H
#define LIB_IMPORT_ATEN_RULES_SCALARS_H

#include "lib/Import/Aten/Rules/Helpers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace lcompile::import {

enum Kind { boolean, integer, floating };

Kind kindOf(const Datum &d);
/// A number that is an expression of the symbols.
inline bool isSizeLike(const Datum &d) {
  return d.isSize() || d.isInt() || d.isBool();
}
/// Operand `i`, whatever its name; refuses what is no number.
Datum operand(AtenCall &call, size_t i);
/// The number as a scalar in SSA form: i1, i64 or f64.
mlir::Value runtime(AtenCall &call, const Datum &d, Kind kind);
/// The number as i1: true when it is not 0.
mlir::Value truth(AtenCall &call, const Datum &d);
/// The answer of a comparison when the ranges of the symbols decide it.
std::optional<bool> decide(AtenCall &call, mlir::arith::CmpIPredicate kind,
                           const Datum &a, const Datum &b);

/// Adds a rule for several overloads of one operator.
void addOverloads(AtenTable &table, llvm::StringRef name,
                  llvm::ArrayRef<llvm::StringRef> overloads, AtenRule rule);

} // namespace lcompile::import

#endif // LIB_IMPORT_ATEN_RULES_SCALARS_H
