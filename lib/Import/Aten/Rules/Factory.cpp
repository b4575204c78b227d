// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators that make tensors.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// The element type that PyTorch gives a tensor of this number.
Type naturalType(AtenCall &call, const Datum &d) {
  if (d.isTensor())
    return call.elementOf(d.value());
  if (d.isBool())
    return call.i1();
  if (d.isInt() || d.isSize())
    return call.i64();
  if (d.isRuntimeScalar() && isa<IntegerType>(d.value().getType()))
    return d.value().getType();
  return call.b.getF32Type();
}

void filled(AtenCall &call, ArrayRef<AffineExpr> dims, const Datum &value,
            Type element) {
  if (!call.refused())
    call.result(call.materialize(value, dims, element));
}

void full(AtenCall &call) {
  const Datum &value = call.get("fill_value");
  Type element = call.dtype();
  filled(call, call.sizes("size"), value,
         element ? element : naturalType(call, value));
}

template <int value> void fullOf(AtenCall &call) { // zeros, ones, empty
  Type element = call.dtype();
  filled(call, call.sizes("size"), Datum(value),
         element ? element : call.b.getF32Type());
}

template <int value>
void fullLike(AtenCall &call) { // zeros_like, new_zeros, ...
  Value x = call.tensor("self");
  Type element = call.dtype();
  if (call.refused())
    return;
  filled(call, call.has("size") ? call.sizes("size") : lc::getDims(x),
         Datum(value), element ? element : call.elementOf(x));
}

/// full_like, new_full, and x.fill_(value).
void fullLikeValue(AtenCall &call) {
  Value x = call.tensor("self");
  Type element = call.dtype();
  if (call.refused())
    return;
  // new_full has a list of sizes here.
  filled(call, call.get("size").isList() ? call.sizes("size") : lc::getDims(x),
         call.get(call.has("fill_value") ? "fill_value" : "value"),
         element ? element : call.elementOf(x));
}

/// start, start + step, ... before end, with sizes.
void arangeOfSizes(AtenCall &call, const Datum &startDatum, AffineExpr end,
                   int64_t step, Type element) {
  AffineExpr start = startDatum.size(call.b.getContext());
  if (step == 0)
    return call.refuse("expected a step other than 0");
  AffineExpr length = lc::simplify(step > 0 ? end - start : start - end);
  length = maxOf(call, length, call.constant(0));
  AffineExpr count = lc::simplify(length.ceilDiv(std::abs(step)));
  if (auto first = lc::getConstant(start))
    return call.result(iota(call, count, element, *first, step));
  Value places = iota(call, count, element, 0, step);
  call.result(call.make<lc::AddOp>(
      places, call.materialize(startDatum, {count}, element)));
}

void arange(AtenCall &call) {
  const Datum zero(0), one(1);
  const Datum &start = call.has("start") ? call.get("start") : zero;
  const Datum &end = call.get("end");
  const Datum &step = call.has("step") ? call.get("step") : one;
  Type element = call.dtype();
  bool isFloat = start.isFloat() || end.isFloat() || step.isFloat();
  if (!element)
    element = isFloat ? Type(call.b.getF32Type()) : call.i64();
  for (const Datum *d : {&start, &end, &step})
    if (!d->isNumber() && !d->isSize())
      return call.refuse(
          "how many elements there are would follow from data: " +
          d->describe());
  if (call.refused())
    return;
  if (!isFloat) {
    if (!step.isNumber())
      return call.refuse("expected a known step, found " + step.describe());
    return arangeOfSizes(call, start, end.size(call.b.getContext()),
                         step.asInt(), element);
  }
  for (const Datum *d : {&start, &end, &step})
    if (!d->isNumber())
      return call.refuse("expected known numbers, found " + d->describe());
  double count = std::ceil((end.asFloat() - start.asFloat()) / step.asFloat());
  if (!(count >= 0 && count < 1e12))
    return call.refuse("expected a step that leads from start to end");
  call.result(iota(call, call.constant(static_cast<int64_t>(count)), element,
                   start.asFloat(), step.asFloat()));
}

void linspace(AtenCall &call) {
  double start = call.number("start"), end = call.number("end");
  int64_t steps = call.integer("steps", 100);
  Type element = call.dtype() ? call.dtype() : call.b.getF32Type();
  if (call.refused())
    return;
  if (steps < 1 || !isa<FloatType>(element))
    return call.refuse("expected floating point and at least one step");
  // Counted from both ends, so that both are exact, as PyTorch does.
  double step = steps == 1 ? 0 : (end - start) / (steps - 1);
  int64_t half = steps == 1 ? 1 : steps / 2;
  // In f64: a step of f32 is off by many digits after some steps.
  Type wide = call.b.getF64Type();
  Value low = iota(call, call.constant(half), wide, start, step);
  Value high = iota(call, call.constant(steps - half), wide,
                    end - step * (steps - half - 1), step);
  call.result(
      call.convert(steps == 1 ? low : concat(call, {low, high}, 0), element));
}

void eye(AtenCall &call) {
  AffineExpr rows = call.size("n"),
             columns = call.has("m") ? call.size("m") : rows;
  Type element = call.dtype() ? call.dtype() : call.b.getF32Type();
  if (call.refused())
    return;
  lc::Dims dims = {rows, columns};
  call.result(call.convert(call.make<lc::CompareOp>(lc::CompareKind::eq,
                                                    placesAlong(call, dims, 0),
                                                    placesAlong(call, dims, 1)),
                           element));
}

void scalarTensor(AtenCall &call) {
  Type element = call.dtype() ? call.dtype() : call.b.getF32Type();
  filled(call, {}, call.get("s"), element);
}

/// A 0-d tensor of a number, where the model's trace wrote one.
void numToTensor(AtenCall &call) {
  const Datum &value = call.args.empty() ? call.get("a") : call.args[0].second;
  filled(call, {}, value, naturalType(call, value));
}

/// The tensor of a (nested) list of numbers.
Value tensorOf(AtenCall &call, const Datum &d, Type element) {
  if (!d.isList())
    return call.materialize(d, {}, element);
  SmallVector<Value> parts;
  for (const Datum &item : d.list()) {
    Value part = tensorOf(call, item, element);
    parts.push_back(unsqueeze(call, part, 0));
  }
  if (parts.empty())
    return call.full({call.constant(0)}, element, 0);
  return concat(call, parts, 0);
}

void tensor(AtenCall &call) {
  const Datum &data = call.has("data") ? call.get("data") : call.get("t");
  const Datum *first = &data;
  while (first->isList() && !first->list().empty())
    first = &first->list()[0];
  Type element = call.dtype();
  if (!element)
    element = first->isList() ? call.b.getF32Type() : naturalType(call, *first);
  // Known numbers become one constant.
  if (data.isList() &&
      llvm::all_of(data.list(), [](const Datum &d) { return d.isNumber(); })) {
    SmallVector<Attribute> values;
    for (const Datum &d : data.list())
      values.push_back(
          isa<FloatType>(element)
              ? Attribute(call.b.getFloatAttr(element, d.asFloat()))
              : call.b.getIntegerAttr(element, d.asInt()));
    auto type = RankedTensorType::get({int64_t(values.size())}, element);
    return call.result(call.makeTyped<lc::ConstantOp>(
        type, DenseElementsAttr::get(type, values)));
  }
  call.result(tensorOf(call, data, element));
}

} // namespace

void lcompile::import::addFactoryRules(AtenTable &table) {
  table.add("aten::full", full);
  table.add({"aten::zeros", "aten::empty.memory_format", "aten::empty_strided",
             "aten::empty_permuted"},
            fullOf<0>);
  table.add("aten::ones", fullOf<1>);
  table.add({"aten::zeros_like", "aten::empty_like", "aten::new_zeros",
             "aten::new_empty", "aten::new_empty_strided", "aten::zero"},
            fullLike<0>);
  table.add({"aten::ones_like", "aten::new_ones"}, fullLike<1>);
  table.add({"aten::full_like", "aten::new_full", "aten::fill.Scalar",
             "aten::fill.Tensor"},
            fullLikeValue);
  table.add({"aten::arange", "aten::arange.start", "aten::arange.start_step"},
            arange);
  table.add("aten::linspace", linspace);
  table.add({"aten::eye", "aten::eye.m"}, eye);
  table.add("aten::scalar_tensor", scalarTensor);
  table.add({"aten::tensor", "aten::tensor.int", "aten::tensor.float",
             "aten::tensor.bool"},
            tensor);
  table.add({"prim::NumToTensor", "prim::NumToTensor.Scalar",
             "prim::NumToTensor.bool"},
            numToTensor);
}
