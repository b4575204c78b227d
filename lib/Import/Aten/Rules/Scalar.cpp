// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of arithmetic on Python numbers: sizes stay expressions of the symbols,
// numbers from data become arith operations.
#include "lib/Import/Aten/Rules/Scalars.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

int64_t floorDiv(int64_t a, int64_t b) { return llvm::divideFloorSigned(a, b); }

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

enum class Arith { add, sub, mul, floordiv, mod, truediv, pow, max, min };

std::optional<Datum> fold(AtenCall &call, Arith op, const Datum &a,
                          const Datum &b) {
  if (!a.isNumber() || !b.isNumber())
    return std::nullopt;
  if (kindOf(a) == floating || kindOf(b) == floating || op == Arith::truediv) {
    double x = a.asFloat(), y = b.asFloat();
    switch (op) {
    case Arith::add:
      return x + y;
    case Arith::sub:
      return x - y;
    case Arith::mul:
      return x * y;
    case Arith::truediv:
      return x / y;
    case Arith::floordiv:
      return std::floor(x / y);
    case Arith::mod:
      return x - y * std::floor(x / y);
    case Arith::pow:
      return std::pow(x, y);
    case Arith::max:
      return std::max(x, y);
    case Arith::min:
      return std::min(x, y);
    }
  }
  int64_t x = a.asInt(), y = b.asInt();
  switch (op) {
  case Arith::add:
    return x + y;
  case Arith::sub:
    return x - y;
  case Arith::mul:
    return x * y;
  case Arith::floordiv:
  case Arith::mod:
    if (y == 0) {
      call.refuse("division by zero");
      return Datum(0);
    }
    return op == Arith::mod ? x - y * floorDiv(x, y) : floorDiv(x, y);
  case Arith::pow: {
    if (y < 0)
      return std::pow(double(x), double(y));
    int64_t power = 1;
    for (int64_t i = 0; i < y; ++i)
      power *= x;
    return power;
  }
  case Arith::max:
    return std::max(x, y);
  case Arith::min:
    return std::min(x, y);
  case Arith::truediv:
    break;
  }
  return std::nullopt;
}

/// Arithmetic on sizes; null where the result is no expression of the symbols.
AffineExpr onSizes(AtenCall &call, Arith op, const Datum &a, const Datum &b) {
  if (!isSizeLike(a) || !isSizeLike(b))
    return {};
  MLIRContext *ctx = call.b.getContext();
  AffineExpr x = a.size(ctx), y = b.size(ctx);
  bool divides = boundsOf(call, y).min >= 1;
  switch (op) {
  case Arith::add:
    return lc::simplify(x + y);
  case Arith::sub:
    return lc::simplify(x - y);
  case Arith::mul:
    return lc::simplify(x * y);
  case Arith::floordiv:
    return divides ? quotient(call, x, y) : AffineExpr();
  case Arith::mod:
    return divides ? lc::simplify(x % y) : AffineExpr();
  case Arith::max:
    return maxOf(call, x, y);
  case Arith::min:
    return minOf(call, x, y);
  case Arith::pow: {
    if (!b.isInt() || b.asInt() < 1 || b.asInt() > 8)
      return {};
    AffineExpr power = x;
    for (int64_t i = 1; i < b.asInt(); ++i)
      power = power * x;
    return lc::simplify(power);
  }
  case Arith::truediv:
    return {};
  }
  return {};
}

Value onFloats(ImplicitLocOpBuilder &b, Arith op, Value x, Value y) {
  switch (op) {
  case Arith::add:
    return arith::AddFOp::create(b, x, y);
  case Arith::sub:
    return arith::SubFOp::create(b, x, y);
  case Arith::mul:
    return arith::MulFOp::create(b, x, y);
  case Arith::truediv:
    return arith::DivFOp::create(b, x, y);
  case Arith::floordiv:
    return math::FloorOp::create(b, arith::DivFOp::create(b, x, y));
  case Arith::mod: {
    Value whole = onFloats(b, Arith::floordiv, x, y);
    return arith::SubFOp::create(b, x, arith::MulFOp::create(b, y, whole));
  }
  case Arith::pow:
    return math::PowFOp::create(b, x, y);
  case Arith::max:
    return arith::MaximumFOp::create(b, x, y);
  case Arith::min:
    return arith::MinimumFOp::create(b, x, y);
  }
  return {};
}

Value onIntegers(ImplicitLocOpBuilder &b, Arith op, Value x, Value y) {
  switch (op) {
  case Arith::add:
    return arith::AddIOp::create(b, x, y);
  case Arith::sub:
    return arith::SubIOp::create(b, x, y);
  case Arith::mul:
    return arith::MulIOp::create(b, x, y);
  case Arith::floordiv:
    return arith::FloorDivSIOp::create(b, x, y);
  case Arith::mod: {
    Value whole = arith::FloorDivSIOp::create(b, x, y);
    return arith::SubIOp::create(b, x, arith::MulIOp::create(b, whole, y));
  }
  case Arith::pow: {
    auto number = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
    };
    auto loop = scf::ForOp::create(
        b, number(0), y, number(1), number(1),
        [&](OpBuilder &, Location loc, Value, ValueRange power) {
          Value next = arith::MulIOp::create(b, power[0], x);
          scf::YieldOp::create(b, loc, next);
        });
    return loop.getResult(0);
  }
  case Arith::max:
    return arith::MaxSIOp::create(b, x, y);
  case Arith::min:
    return arith::MinSIOp::create(b, x, y);
  case Arith::truediv:
    break;
  }
  return {};
}

Datum arithmetic(AtenCall &call, Arith op, const Datum &a, const Datum &b) {
  if (call.refused())
    return Datum(0);
  if (std::optional<Datum> value = fold(call, op, a, b))
    return *value;
  if (AffineExpr size = onSizes(call, op, a, b))
    return Datum(size);
  bool floats =
      kindOf(a) == floating || kindOf(b) == floating || op == Arith::truediv;
  Kind kind = floats ? floating : integer;
  Value x = runtime(call, a, kind), y = runtime(call, b, kind);
  return floats ? onFloats(call.b, op, x, y) : onIntegers(call.b, op, x, y);
}

template <Arith op> void binary(AtenCall &call) {
  Datum a = operand(call, 0), b = operand(call, 1);
  Datum result = arithmetic(call, op, a, b);
  call.result(result);
}

/// pow(int, int) of scripts is a float.
void powerOfIntegers(AtenCall &call) {
  Datum a = operand(call, 0), b = operand(call, 1);
  if (a.isNumber())
    a = Datum(a.asFloat());
  else if (!call.refused())
    a = Datum(runtime(call, a, floating));
  call.result(arithmetic(call, Arith::pow, a, b));
}

void negate(AtenCall &call) {
  Datum a = operand(call, 0);
  call.result(kindOf(a) == floating
                  ? arithmetic(call, Arith::mul, Datum(-1.0), a)
                  : arithmetic(call, Arith::sub, Datum(0), a));
}

void identity(AtenCall &call) { call.result(operand(call, 0)); }

//===----------------------------------------------------------------------===//
// Comparisons and logic
//===----------------------------------------------------------------------===//

template <arith::CmpIPredicate kind, arith::CmpFPredicate floatKind>
void compare(AtenCall &call) {
  Datum a = operand(call, 0), b = operand(call, 1);
  if (call.refused())
    return;
  if (std::optional<bool> answer = decide(call, kind, a, b))
    return call.result(*answer);
  if (kindOf(a) == floating || kindOf(b) == floating)
    return call.result(Value(
        arith::CmpFOp::create(call.b, floatKind, runtime(call, a, floating),
                              runtime(call, b, floating))));
  call.result(Value(arith::CmpIOp::create(
      call.b, kind, runtime(call, a, integer), runtime(call, b, integer))));
}

template <bool both> void logical(AtenCall &call) {
  Datum a = operand(call, 0), b = operand(call, 1);
  if (call.refused())
    return;
  for (auto [x, y] : {std::pair(&a, &b), std::pair(&b, &a)})
    if (x->isNumber())
      return call.result(x->asBool() == both ? *y : Datum(!both));
  Value x = truth(call, a), y = truth(call, b);
  call.result(both ? Value(arith::AndIOp::create(call.b, x, y))
                   : Value(arith::OrIOp::create(call.b, x, y)));
}

void logicalNot(AtenCall &call) {
  Datum a = operand(call, 0);
  if (call.refused())
    return;
  if (a.isNumber())
    return call.result(!a.asBool());
  Value one = runtime(call, Datum(true), boolean);
  call.result(Value(arith::XOrIOp::create(call.b, truth(call, a), one)));
}

/// math.ceil, math.floor, math.trunc: floating point to int.
template <typename MathOp, double (*apply)(double)>
void roundTo(AtenCall &call) {
  Datum d = operand(call, 0);
  if (call.refused() || kindOf(d) != floating)
    return call.result(d);
  if (d.isNumber())
    return call.result(static_cast<int64_t>(apply(d.asFloat())));
  Value v = MathOp::create(call.b, runtime(call, d, floating));
  call.result(Value(arith::FPToSIOp::create(call.b, call.i64(), v)));
}

void squareRoot(AtenCall &call) {
  Datum d = operand(call, 0);
  if (call.refused())
    return;
  if (d.isNumber())
    return call.result(std::sqrt(d.asFloat()));
  call.result(Value(math::SqrtOp::create(call.b, runtime(call, d, floating))));
}

} // namespace

void lcompile::import::addScalarRules(AtenTable &table) {
  const StringRef numbers[] = {"int", "float", "int_float", "float_int"};
  addOverloads(table, "aten::add", numbers, binary<Arith::add>);
  addOverloads(table, "aten::sub", numbers, binary<Arith::sub>);
  addOverloads(table, "aten::mul", numbers, binary<Arith::mul>);
  addOverloads(table, "aten::floordiv", numbers, binary<Arith::floordiv>);
  addOverloads(table, "aten::remainder", numbers, binary<Arith::mod>);
  addOverloads(table, "aten::div", {"int", "float"}, binary<Arith::truediv>);
  addOverloads(table, "aten::pow",
               {"int_to_int", "float", "int_float", "float_int"},
               binary<Arith::pow>);
  table.add("aten::pow.int", powerOfIntegers);
  addOverloads(table, "prim::max", numbers, binary<Arith::max>);
  addOverloads(table, "prim::min", numbers, binary<Arith::min>);
  addOverloads(table, "aten::neg", {"int", "float"}, negate);
  table.add({"aten::add", "_operator.add"}, binary<Arith::add>);
  table.add({"aten::sub", "_operator.sub"}, binary<Arith::sub>);
  table.add({"aten::mul", "_operator.mul"}, binary<Arith::mul>);
  table.add({"aten::div", "_operator.truediv"}, binary<Arith::truediv>);
  table.add({"aten::floordiv", "_operator.floordiv"}, binary<Arith::floordiv>);
  table.add({"aten::remainder", "_operator.mod"}, binary<Arith::mod>);
  table.add("_operator.pow", binary<Arith::pow>);
  table.add("torch.sym_max", binary<Arith::max>);
  table.add("torch.sym_min", binary<Arith::min>);
  table.add("_operator.neg", negate);
  table.add("_operator.pos", identity);

  using I = arith::CmpIPredicate;
  using F = arith::CmpFPredicate;
  const StringRef compared[] = {"int", "float", "int_float", "float_int",
                                "bool"};
  addOverloads(table, "aten::eq", compared, compare<I::eq, F::OEQ>);
  addOverloads(table, "aten::ne", compared, compare<I::ne, F::UNE>);
  addOverloads(table, "aten::lt", compared, compare<I::slt, F::OLT>);
  addOverloads(table, "aten::le", compared, compare<I::sle, F::OLE>);
  addOverloads(table, "aten::gt", compared, compare<I::sgt, F::OGT>);
  addOverloads(table, "aten::ge", compared, compare<I::sge, F::OGE>);
  table.add("_operator.eq", compare<I::eq, F::OEQ>);
  table.add("_operator.ne", compare<I::ne, F::UNE>);
  table.add("_operator.lt", compare<I::slt, F::OLT>);
  table.add("_operator.le", compare<I::sle, F::OLE>);
  table.add("_operator.gt", compare<I::sgt, F::OGT>);
  table.add("_operator.ge", compare<I::sge, F::OGE>);
  table.add({"_operator.and_", "aten::__and__.bool"}, logical<true>);
  table.add({"_operator.or_", "aten::__or__.bool"}, logical<false>);
  table.add({"torch.sym_not", "_operator.not_", "aten::__not__"}, logicalNot);

  table.add({"math.ceil", "aten::ceil.float", "aten::ceil.Scalar"},
            roundTo<math::CeilOp, std::ceil>);
  table.add({"math.floor", "aten::floor.float", "aten::floor.Scalar"},
            roundTo<math::FloorOp, std::floor>);
  table.add("math.trunc", roundTo<math::TruncOp, std::trunc>);
  table.add({"torch.sym_sqrt", "math.sqrt", "torch._sym_sqrt", "aten::sqrt.int",
             "aten::sqrt.float"},
            squareRoot);
}
