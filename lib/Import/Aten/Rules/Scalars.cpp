// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Python numbers in their three forms: known, sizes, and SSA scalars from data.
#include "lib/Import/Aten/Rules/Scalars.h"

#include "dialects/lc/IR/Numbers.h"

using namespace mlir;

namespace lcompile::import {

Kind kindOf(const Datum &d) {
  if (d.isBool())
    return boolean;
  if (d.isFloat())
    return floating;
  if (!d.isRuntimeScalar())
    return integer;
  Type type = d.value().getType();
  return isa<FloatType>(type) ? floating
         : type.isInteger(1)  ? boolean
                              : integer;
}

Datum operand(AtenCall &call, size_t i) {
  Datum d = i < call.args.size() ? call.args[i].second : Datum();
  if (d.isTensor()) { // a 0-d tensor where traces mean a number
    if (AffineExpr size = sizeInTensor(call, d.value()))
      return Datum(size);
  }
  if (!d.isNumber() && !d.isSize() && !d.isRuntimeScalar())
    call.refuse("expected a number, found " + d.describe());
  return call.refused() ? Datum(0) : d;
}

Value runtime(AtenCall &call, const Datum &d, Kind kind) {
  ImplicitLocOpBuilder &b = call.b;
  Type types[] = {b.getI1Type(), b.getI64Type(), b.getF64Type()};
  if (d.isNumber()) {
    if (kind == floating)
      return arith::ConstantOp::create(b, b.getF64FloatAttr(d.asFloat()));
    return arith::ConstantOp::create(b,
                                     b.getIntegerAttr(types[kind], d.asInt()));
  }
  Value v = d.isSize() ? lc::makeNumber(b, b.getLoc(), d.size(b.getContext()))
                       : d.value();
  Type from = v.getType(), to = types[kind];
  if (from == to)
    return v;
  if (isa<FloatType>(from))
    return kind == floating ? Value(arith::ExtFOp::create(b, to, v))
                            : Value(arith::FPToSIOp::create(b, to, v));
  bool isUnsigned = from.isInteger(1) || from.isUnsignedInteger();
  if (kind == floating)
    return isUnsigned ? Value(arith::UIToFPOp::create(b, to, v))
                      : Value(arith::SIToFPOp::create(b, to, v));
  if (kind == boolean) {
    Value zero = arith::ConstantOp::create(b, b.getIntegerAttr(from, 0));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, v, zero);
  }
  return isUnsigned ? Value(arith::ExtUIOp::create(b, to, v))
                    : Value(arith::ExtSIOp::create(b, to, v));
}

Value truth(AtenCall &call, const Datum &d) {
  if (kindOf(d) == boolean)
    return runtime(call, d, boolean);
  Value v = runtime(call, d, kindOf(d));
  if (kindOf(d) == integer)
    return runtime(call, Datum(v), boolean);
  Value zero = runtime(call, Datum(0.0), floating);
  return arith::CmpFOp::create(call.b, arith::CmpFPredicate::UNE, v, zero);
}

std::optional<bool> decide(AtenCall &call, arith::CmpIPredicate kind,
                           const Datum &a, const Datum &b) {
  using P = arith::CmpIPredicate;
  if (a.isNumber() && b.isNumber()) {
    double x = a.asFloat(), y = b.asFloat();
    bool integers = kindOf(a) != floating && kindOf(b) != floating;
    int64_t m = integers ? a.asInt() : 0, n = integers ? b.asInt() : 0;
    bool less = integers ? m < n : x < y, equal = integers ? m == n : x == y;
    bool greater = integers ? m > n : x > y;
    switch (kind) {
    case P::eq:
      return equal;
    case P::ne:
      return !equal;
    case P::slt:
      return less;
    case P::sle:
      return less || equal;
    case P::sgt:
      return greater;
    default:
      return greater || equal;
    }
  }
  if (!isSizeLike(a) || !isSizeLike(b))
    return std::nullopt;
  MLIRContext *ctx = call.b.getContext();
  lc::Range d = boundsOf(call, lc::simplify(a.size(ctx) - b.size(ctx)));
  auto pick = [](bool yes, bool no) {
    return yes ? std::optional(true) : no ? std::optional(false) : std::nullopt;
  };
  bool equal = d.min == 0 && d.max == 0, apart = d.min > 0 || d.max < 0;
  switch (kind) {
  case P::eq:
    return pick(equal, apart);
  case P::ne:
    return pick(apart, equal);
  case P::slt:
    return pick(d.max < 0, d.min >= 0);
  case P::sle:
    return pick(d.max <= 0, d.min > 0);
  case P::sgt:
    return pick(d.min > 0, d.max <= 0);
  default:
    return pick(d.min >= 0, d.max < 0);
  }
}

void addOverloads(AtenTable &table, StringRef name,
                  ArrayRef<StringRef> overloads, AtenRule rule) {
  for (StringRef overload : overloads)
    table.add((name + "." + overload).str(), rule);
}

} // namespace lcompile::import
