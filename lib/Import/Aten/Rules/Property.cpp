// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of operators that turn tensors and lists into numbers: elements, sizes,
// lengths, types.
#include "lib/Import/Aten/Rules/Scalars.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

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
  return call.refused() ? Datum(0)
                        : Datum(Value(lc::ItemOp::create(call.b, wide, v)));
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
  call.result(d.isNumber() ? Datum(d.asInt())
                           : Datum(runtime(call, d, integer)));
}

void toFloat(AtenCall &call) {
  Datum d = numberOf(call);
  if (!call.refused())
    call.result(d.isNumber() ? Datum(d.asFloat())
                             : Datum(runtime(call, d, floating)));
}

void toBool(AtenCall &call) {
  Datum d = numberOf(call);
  if (call.refused())
    return;
  if (isSizeLike(d))
    if (auto answer = decide(call, arith::CmpIPredicate::ne, d, Datum(0)))
      return call.result(*answer);
  call.result(d.isNumber() ? Datum(d.asBool()) : Datum(truth(call, d)));
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

/// Of row-major order: programs of values have no other.
void stride(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  lc::Dims dims = lc::getDims(x);
  if (dims.empty())
    return call.refuse("a tensor of rank 0 has no strides");
  int64_t dim = call.dim("dim", dims.size());
  call.result(
      sizeDatum(call, product(call, ArrayRef(dims).drop_front(dim + 1))));
}

void storageOffset(AtenCall &call) { call.result(0); }
void isContiguous(AtenCall &call) { call.result(true); }

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

template <bool expected> void isSame(AtenCall &call) { // x is None
  if (call.args.size() != 2)
    return call.refuse("expected two operands");
  const Datum &a = call.args[0].second, &b = call.args[1].second;
  if (!a.isNone() && !b.isNone())
    return call.refuse("expected a comparison with None");
  call.result((a.isNone() && b.isNone()) == expected);
}

template <typename T> void isKind(AtenCall &call) { // torch.is_floating_point
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

} // namespace

void lcompile::import::addPropertyRules(AtenTable &table) {
  table.add({"aten::item", "aten::_local_scalar_dense", "aten::ScalarImplicit"},
            item);
  addOverloads(table, "aten::Int", {"Tensor", "Scalar", "bool", "float", "int"},
               toInt);
  addOverloads(table, "aten::Float",
               {"Tensor", "Scalar", "bool", "int", "float"}, toFloat);
  addOverloads(table, "aten::Bool", {"Tensor", "Scalar", "int", "float"},
               toBool);
  table.add({"aten::IntImplicit", "torch.sym_int"}, toInt);
  table.add({"aten::FloatImplicit", "torch.sym_float"}, toFloat);
  table.add(
      {"aten::size", "aten::size.int", "aten::sym_size", "aten::sym_size.int"},
      size);
  table.add({"aten::numel", "aten::sym_numel"}, numel);
  table.add({"aten::sym_stride.int", "aten::stride.int"}, stride);
  table.add({"aten::sym_storage_offset", "aten::storage_offset"},
            storageOffset);
  table.add({"aten::sym_is_contiguous", "aten::is_contiguous"}, isContiguous);
  table.add("aten::dim", rank);
  addOverloads(table, "aten::len", {"t", "Tensor"}, length);
  addOverloads(table, "aten::__getitem__", {"t"}, listItem);
  table.add("aten::is_floating_point", isKind<FloatType>);
  table.add("prim::dtype", dtypeOf);
  table.add("aten::__is__", isSame<true>);
  table.add("aten::__isnot__", isSame<false>);
}
