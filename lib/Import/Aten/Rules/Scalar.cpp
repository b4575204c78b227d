// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of arithmetic on Python numbers: sizes stay expressions of the symbols,
// numbers from data become arith operations.
#include "lib/Import/Aten/Rules/Helpers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

enum Kind { boolean, integer, floating };

Kind kindOf(const Datum &d) {
  if (d.isBool())
    return boolean;
  if (d.isFloat())
    return floating;
  if (!d.isRuntimeScalar())
    return integer;
  Type type = d.value().getType();
  return isa<FloatType>(type) ? floating : type.isInteger(1) ? boolean : integer;
}

/// Operand `i`, whatever its name; refuses what is no number.
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

bool known(const Datum &d) { return d.isNumber(); }
bool isSizeLike(const Datum &d) { return d.isSize() || d.isInt() || d.isBool(); }

/// The number as a scalar in SSA form: i1, i64 or f64.
Value runtime(AtenCall &call, const Datum &d, Kind kind) {
  ImplicitLocOpBuilder &b = call.b;
  Type types[] = {b.getI1Type(), b.getI64Type(), b.getF64Type()};
  if (known(d)) {
    if (kind == floating)
      return arith::ConstantOp::create(b, b.getF64FloatAttr(d.asFloat()));
    return arith::ConstantOp::create(b, b.getIntegerAttr(types[kind], d.asInt()));
  }
  Value v;
  if (d.isSize()) {
    auto expr = lc::DimsAttr::get({d.size(b.getContext())}, b.getContext());
    v = lc::ItemOp::create(b, types[integer],
                           lc::SizeOp::create(
                               b, RankedTensorType::get({}, types[integer]), expr));
  } else {
    v = d.value();
  }
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

int64_t floorDiv(int64_t a, int64_t b) { return llvm::divideFloorSigned(a, b); }

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

enum class Arith { add, sub, mul, floordiv, mod, truediv, pow, max, min };

std::optional<Datum> fold(AtenCall &call, Arith op, const Datum &a, const Datum &b) {
  if (!known(a) || !known(b))
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
  case Arith::pow:
    return math::IPowIOp::create(b, x, y);
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
  bool floats = kindOf(a) == floating || kindOf(b) == floating || op == Arith::truediv;
  Kind kind = floats ? floating : integer;
  Value x = runtime(call, a, kind), y = runtime(call, b, kind);
  return floats ? onFloats(call.b, op, x, y) : onIntegers(call.b, op, x, y);
}

template <Arith op>
void binary(AtenCall &call) {
  Datum a = operand(call, 0), b = operand(call, 1);
  Datum result = arithmetic(call, op, a, b);
  call.result(result);
}

void negate(AtenCall &call) {
  Datum a = operand(call, 0);
  call.result(kindOf(a) == floating ? arithmetic(call, Arith::mul, Datum(-1.0), a)
                                    : arithmetic(call, Arith::sub, Datum(0), a));
}

void identity(AtenCall &call) { call.result(operand(call, 0)); }

//===----------------------------------------------------------------------===//
// Comparisons and logic
//===----------------------------------------------------------------------===//

/// The answer when the ranges of the symbols decide it.
std::optional<bool> decide(AtenCall &call, arith::CmpIPredicate kind,
                           const Datum &a, const Datum &b) {
  using P = arith::CmpIPredicate;
  if (known(a) && known(b)) {
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

template <arith::CmpIPredicate kind, arith::CmpFPredicate floatKind>
void compare(AtenCall &call) {
  Datum a = operand(call, 0), b = operand(call, 1);
  if (call.refused())
    return;
  if (std::optional<bool> answer = decide(call, kind, a, b))
    return call.result(*answer);
  if (kindOf(a) == floating || kindOf(b) == floating)
    return call.result(Value(arith::CmpFOp::create(
        call.b, floatKind, runtime(call, a, floating), runtime(call, b, floating))));
  call.result(Value(arith::CmpIOp::create(
      call.b, kind, runtime(call, a, integer), runtime(call, b, integer))));
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

template <bool both>
void logical(AtenCall &call) {
  Datum a = operand(call, 0), b = operand(call, 1);
  if (call.refused())
    return;
  for (auto [x, y] : {std::pair(&a, &b), std::pair(&b, &a)})
    if (known(*x))
      return call.result(x->asBool() == both ? *y : Datum(!both));
  Value x = truth(call, a), y = truth(call, b);
  call.result(both ? Value(arith::AndIOp::create(call.b, x, y))
                   : Value(arith::OrIOp::create(call.b, x, y)));
}

void logicalNot(AtenCall &call) {
  Datum a = operand(call, 0);
  if (call.refused())
    return;
  if (known(a))
    return call.result(!a.asBool());
  Value one = runtime(call, Datum(true), boolean);
  call.result(Value(arith::XOrIOp::create(call.b, truth(call, a), one)));
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

/// The number in a tensor of one element.
Datum itemOf(AtenCall &call, Value v) {
  if (AffineExpr size = sizeInTensor(call, v))
    return Datum(size);
  if (auto full = v.getDefiningOp<lc::FullOp>())
    if (auto number = dyn_cast<FloatAttr>(full.getValue()))
      return Datum(number.getValueAsDouble());
  v = call.reshape(v, {});
  if (call.refused())
    return Datum(0);
  Type element = call.elementOf(v);
  Type wide = isa<FloatType>(element) ? Type(call.b.getF64Type())
              : element.isInteger(1)  ? element
                                      : call.i64();
  v = call.convert(v, wide);
  return call.refused() ? Datum(0) : Datum(Value(lc::ItemOp::create(call.b, wide, v)));
}

Datum numberOf(AtenCall &call) {
  const Datum &d = call.args.empty() ? call.get("self") : call.args[0].second;
  return d.isTensor() ? itemOf(call, d.value()) : operand(call, 0);
}

void item(AtenCall &call) { call.result(numberOf(call)); }

void toInt(AtenCall &call) {
  Datum d = numberOf(call);
  if (call.refused())
    return;
  if (d.isSize() || d.isInt())
    return call.result(d);
  call.result(known(d) ? Datum(d.asInt()) : Datum(runtime(call, d, integer)));
}

void toFloat(AtenCall &call) {
  Datum d = numberOf(call);
  if (!call.refused())
    call.result(known(d) ? Datum(d.asFloat()) : Datum(runtime(call, d, floating)));
}

void toBool(AtenCall &call) {
  Datum d = numberOf(call);
  if (call.refused())
    return;
  if (isSizeLike(d))
    if (auto answer = decide(call, arith::CmpIPredicate::ne, d, Datum(0)))
      return call.result(*answer);
  call.result(known(d) ? Datum(d.asBool()) : Datum(truth(call, d)));
}

/// math.ceil, math.floor, math.trunc: floating point to int.
template <typename MathOp, double (*apply)(double)>
void roundTo(AtenCall &call) {
  Datum d = operand(call, 0);
  if (call.refused() || kindOf(d) != floating)
    return call.result(d);
  if (known(d))
    return call.result(static_cast<int64_t>(apply(d.asFloat())));
  Value v = MathOp::create(call.b, runtime(call, d, floating));
  call.result(Value(arith::FPToSIOp::create(call.b, call.i64(), v)));
}

void squareRoot(AtenCall &call) {
  Datum d = operand(call, 0);
  if (call.refused())
    return;
  if (known(d))
    return call.result(std::sqrt(d.asFloat()));
  call.result(Value(math::SqrtOp::create(call.b, runtime(call, d, floating))));
}

//===----------------------------------------------------------------------===//
// Properties of tensors and lists
//===----------------------------------------------------------------------===//

Datum sizeDatum(AtenCall &call, AffineExpr size) {
  if (!size)
    call.refuse("the size of the tensor is not known");
  return size ? Datum(size) : Datum(0);
}

void size(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  lc::Dims dims = lc::getDims(x);
  if (call.has("dim")) {
    int64_t dim = call.dim("dim", dims.size());
    if (dims.empty())
      return call.refuse("a tensor of rank 0 has no sizes");
    return call.result(sizeDatum(call, dims[dim]));
  }
  Datum::List list;
  for (AffineExpr dim : dims)
    list.push_back(sizeDatum(call, dim));
  call.result(list);
}

void numel(AtenCall &call) {
  Value x = call.tensor("self");
  if (!call.refused())
    call.result(sizeDatum(call, product(call, lc::getDims(x))));
}

void rank(AtenCall &call) {
  Value x = call.tensor("self");
  if (!call.refused())
    call.result(call.rankOf(x));
}

void length(AtenCall &call) {
  const Datum &d = call.args.empty() ? call.get("a") : call.args[0].second;
  if (d.isList())
    return call.result(static_cast<int64_t>(d.list().size()));
  if (!d.isTensor() || call.rankOf(d.value()) == 0)
    return call.refuse("expected a list or tensor, found " + d.describe());
  call.result(sizeDatum(call, lc::getDims(d.value())[0]));
}

void listItem(AtenCall &call) {
  const Datum &list = call.args.empty() ? call.get("a") : call.args[0].second;
  Datum index = operand(call, 1);
  if (!list.isList() || !index.isInt())
    return call.refuse("expected a list and a known index");
  int64_t count = list.list().size(), i = index.asInt();
  i += i < 0 ? count : 0;
  if (i < 0 || i >= count)
    return call.refuse("index " + index.describe() + " is outside of the list");
  call.result(list.list()[i]);
}

template <bool expected>
void isSame(AtenCall &call) { // x is None
  if (call.args.size() != 2)
    return call.refuse("expected two operands");
  const Datum &a = call.args[0].second, &b = call.args[1].second;
  if (!a.isNone() && !b.isNone())
    return call.refuse("expected a comparison with None");
  call.result((a.isNone() && b.isNone()) == expected);
}

template <typename T>
void isKind(AtenCall &call) { // torch.is_floating_point
  Value x = call.tensor("self");
  if (!call.refused())
    call.result(isa<T>(call.elementOf(x)));
}

void dtypeOf(AtenCall &call) {
  const Datum &d = call.args.empty() ? call.get("self") : call.args[0].second;
  if (!d.isTensor())
    return call.refuse("expected a tensor, found " + d.describe());
  call.result(call.elementOf(d.value()));
}

/// The schemas of one operation in TorchScript: `name` with these overloads.
void addAll(AtenTable &table, StringRef name, ArrayRef<StringRef> overloads,
            AtenRule rule) {
  for (StringRef overload : overloads)
    table.add(overload.empty() ? name.str() : (name + "." + overload).str(), rule);
}

} // namespace

void lcompile::import::addScalarRules(AtenTable &table) {
  const StringRef numbers[] = {"int", "float", "int_float", "float_int"};
  addAll(table, "aten::add", numbers, binary<Arith::add>);
  addAll(table, "aten::sub", numbers, binary<Arith::sub>);
  addAll(table, "aten::mul", numbers, binary<Arith::mul>);
  addAll(table, "aten::floordiv", numbers, binary<Arith::floordiv>);
  addAll(table, "aten::remainder", numbers, binary<Arith::mod>);
  addAll(table, "aten::div", {"int", "float"}, binary<Arith::truediv>);
  addAll(table, "aten::pow", {"int_to_int", "float", "int_float", "float_int"},
         binary<Arith::pow>);
  addAll(table, "prim::max", numbers, binary<Arith::max>);
  addAll(table, "prim::min", numbers, binary<Arith::min>);
  addAll(table, "aten::neg", {"int", "float"}, negate);
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
  const StringRef compared[] = {"int", "float", "int_float", "float_int", "bool"};
  addAll(table, "aten::eq", compared, compare<I::eq, F::OEQ>);
  addAll(table, "aten::ne", compared, compare<I::ne, F::UNE>);
  addAll(table, "aten::lt", compared, compare<I::slt, F::OLT>);
  addAll(table, "aten::le", compared, compare<I::sle, F::OLE>);
  addAll(table, "aten::gt", compared, compare<I::sgt, F::OGT>);
  addAll(table, "aten::ge", compared, compare<I::sge, F::OGE>);
  table.add("_operator.eq", compare<I::eq, F::OEQ>);
  table.add("_operator.ne", compare<I::ne, F::UNE>);
  table.add("_operator.lt", compare<I::slt, F::OLT>);
  table.add("_operator.le", compare<I::sle, F::OLE>);
  table.add("_operator.gt", compare<I::sgt, F::OGT>);
  table.add("_operator.ge", compare<I::sge, F::OGE>);
  table.add({"_operator.and_", "aten::__and__.bool"}, logical<true>);
  table.add({"_operator.or_", "aten::__or__.bool"}, logical<false>);
  table.add({"torch.sym_not", "_operator.not_", "aten::__not__"}, logicalNot);
  table.add("aten::__is__", isSame<true>);
  table.add("aten::__isnot__", isSame<false>);

  table.add({"aten::item", "aten::_local_scalar_dense", "aten::ScalarImplicit"},
            item);
  addAll(table, "aten::Int", {"Tensor", "Scalar", "bool", "float", "int"}, toInt);
  addAll(table, "aten::Float", {"Tensor", "Scalar", "bool", "int", "float"}, toFloat);
  addAll(table, "aten::Bool", {"Tensor", "Scalar", "int", "float"}, toBool);
  table.add({"aten::IntImplicit", "torch.sym_int"}, toInt);
  table.add({"aten::FloatImplicit", "torch.sym_float"}, toFloat);
  table.add({"math.ceil", "aten::ceil.float", "aten::ceil.Scalar"},
            roundTo<math::CeilOp, std::ceil>);
  table.add({"math.floor", "aten::floor.float", "aten::floor.Scalar"},
            roundTo<math::FloorOp, std::floor>);
  table.add("math.trunc", roundTo<math::TruncOp, std::trunc>);
  table.add({"torch.sym_sqrt", "math.sqrt", "torch._sym_sqrt", "aten::sqrt.int",
             "aten::sqrt.float"},
            squareRoot);

  table.add({"aten::size", "aten::size.int", "aten::sym_size", "aten::sym_size.int"},
            size);
  table.add({"aten::numel", "aten::sym_numel"}, numel);
  table.add("aten::dim", rank);
  addAll(table, "aten::len", {"t", "Tensor"}, length);
  addAll(table, "aten::__getitem__", {"t"}, listItem);
  table.add("aten::is_floating_point", isKind<FloatType>);
  table.add("prim::dtype", dtypeOf);
}
