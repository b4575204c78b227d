// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What flows between the operators of an imported program: tensors, numbers,
// symbolic sizes, lists. PyTorch calls it an IValue.
#ifndef LIB_IMPORT_ATEN_DATUM_H
#define LIB_IMPORT_ATEN_DATUM_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Value.h"
#include <string>
#include <variant>
#include <vector>

namespace lcompile::import {

class Datum {
public:
  using List = std::vector<Datum>;

  Datum() = default; // None
  Datum(mlir::Value v) : data(v) {}
  Datum(mlir::AffineExpr e);
  Datum(bool b) : data(b) {}
  Datum(int64_t i) : data(i) {}
  Datum(int i) : data(int64_t(i)) {}
  Datum(double d) : data(d) {}
  Datum(std::string s) : data(std::move(s)) {}
  Datum(mlir::Type dtype) : data(dtype) {}
  Datum(List list) : data(std::move(list)) {}

  /// What a refused call gives: every call that sees it is skipped, so that one
  /// refusal does not hide the others.
  static Datum poison() {
    Datum d;
    d.data = Poison{};
    return d;
  }
  bool isPoison() const; // itself or inside a list

  bool isNone() const { return is<std::monostate>(); }
  /// A tensor in SSA form.
  bool isTensor() const;
  /// A number that is only known at run time (i64, f64 or i1 in SSA form).
  bool isRuntimeScalar() const;
  bool isBool() const { return is<bool>(); }
  bool isInt() const { return is<int64_t>(); }
  bool isFloat() const { return is<double>(); }
  /// A size that depends on symbols.
  bool isSize() const { return is<mlir::AffineExpr>(); }
  bool isString() const { return is<std::string>(); }
  bool isDtype() const { return is<mlir::Type>(); }
  bool isList() const { return is<List>(); }
  /// A number known at compile time, bool included.
  bool isNumber() const { return isBool() || isInt() || isFloat(); }

  mlir::Value value() const { return std::get<mlir::Value>(data); }
  bool asBool() const;
  int64_t asInt() const;
  double asFloat() const;
  const std::string &text() const { return std::get<std::string>(data); }
  mlir::Type dtype() const { return std::get<mlir::Type>(data); }
  const List &list() const { return std::get<List>(data); }
  List &list() { return std::get<List>(data); }
  /// An int or size as an expression.
  mlir::AffineExpr size(mlir::MLIRContext *ctx) const;

  /// For messages: "tensor<4xf32>", "3", "[1, 2]", "None".
  std::string describe() const;

private:
  template <typename T> bool is() const {
    return std::holds_alternative<T>(data);
  }

  struct Poison {};
  std::variant<std::monostate, Poison, mlir::Value, mlir::AffineExpr, bool,
               int64_t, double, std::string, mlir::Type, List>
      data;
};

} // namespace lcompile::import

#endif // LIB_IMPORT_ATEN_DATUM_H
