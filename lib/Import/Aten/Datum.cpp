// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What flows between the operators of an imported program.
#include "lib/Import/Aten/Datum.h"

#include "dialects/lc/IR/SymbolicShape.h"

using namespace mlir;

namespace lcompile::import {

Datum::Datum(AffineExpr e) {
  AffineExpr simple = lc::simplify(e);
  if (auto value = lc::getConstant(simple))
    data = *value;
  else
    data = simple;
}

bool Datum::isPoison() const {
  return is<Poison>() || (isList() && llvm::any_of(list(), [](const Datum &d) {
                            return d.isPoison();
                          }));
}

bool Datum::isTensor() const {
  return is<Value>() && isa<RankedTensorType>(value().getType());
}

bool Datum::isRuntimeScalar() const {
  return is<Value>() && !isa<RankedTensorType>(value().getType());
}

bool Datum::asBool() const {
  if (isBool())
    return std::get<bool>(data);
  return isInt() ? std::get<int64_t>(data) != 0 : std::get<double>(data) != 0;
}

int64_t Datum::asInt() const {
  if (isInt())
    return std::get<int64_t>(data);
  return isBool() ? std::get<bool>(data)
                  : static_cast<int64_t>(std::get<double>(data));
}

double Datum::asFloat() const {
  if (isFloat())
    return std::get<double>(data);
  return static_cast<double>(asInt());
}

AffineExpr Datum::size(MLIRContext *ctx) const {
  if (isSize())
    return std::get<AffineExpr>(data);
  return isInt() || isBool() ? lc::constant(ctx, asInt()) : AffineExpr();
}

std::string Datum::describe() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (isNone())
    os << "None";
  else if (is<Poison>())
    os << "the result of a refused operator";
  else if (is<Value>())
    os << value().getType();
  else if (isSize())
    os << std::get<AffineExpr>(data);
  else if (isBool())
    os << (asBool() ? "True" : "False");
  else if (isInt())
    os << asInt();
  else if (isFloat())
    os << asFloat();
  else if (isString())
    os << '\'' << this->text() << '\'';
  else if (isDtype())
    os << dtype();
  else {
    os << '[';
    llvm::interleaveComma(list(), os,
                          [&](const Datum &d) { os << d.describe(); });
    os << ']';
  }
  return text;
}

} // namespace lcompile::import
