// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of conversions, copies, and of operators that change nothing in a model
// that only computes: aliases, assertions.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

void alias(AtenCall &call) { call.result(call.tensor("self")); }

void detach(AtenCall &call) {
  Value x = call.tensor("self");
  bool counts = !call.refused() && isa<FloatType>(call.elementOf(x));
  call.result(counts ? call.make<lc::DetachOp>(x) : x);
}

void clone(AtenCall &call) { call.result(copyOf(call, call.tensor("self"))); }

/// `self` in another element type: itself when that is its own.
Value converted(AtenCall &call, Type element, bool copy) {
  Value x = call.tensor("self");
  if (call.refused())
    return {};
  if (!element || element == call.elementOf(x))
    return copy ? copyOf(call, x) : x;
  return call.convert(x, element);
}

void to(AtenCall &call) {
  call.result(converted(call, call.dtype(), call.boolean("copy")));
}

void toCopy(AtenCall &call) {
  call.result(converted(call, call.dtype(), /*copy=*/true));
}

void toOther(AtenCall &call) {
  Value other = call.tensor("other");
  if (!call.refused())
    call.result(converted(call, call.elementOf(other), call.boolean("copy")));
}

/// The value of `src` in the form of `self`; x.copy_(y) writes it.
void copy(AtenCall &call) {
  Value x = call.tensor("self");
  if (call.refused())
    return;
  Value src =
      call.materialize(call.get("src"), lc::getDims(x), call.elementOf(x));
  call.result(src);
}

void nothing(AtenCall &) {}

} // namespace

void lcompile::import::addCastRules(AtenTable &table) {
  table.add("aten::detach", detach);
  table.add({"aten::alias", "aten::contiguous", "aten::lift",
             "aten::lift_fresh", "aten::positive", "aten::resolve_conj",
             "aten::resolve_neg", "aten::to.prim_other"},
            alias);
  table.add({"aten::clone", "aten::lift_fresh_copy", "aten::alias_copy",
             "aten::detach_copy"},
            clone);
  table.add({"aten::to.dtype", "aten::to.device", "aten::to.dtype_layout",
             "aten::to.prim_dtype", "aten::to.prim_Device"},
            to);
  table.add("aten::_to_copy", toCopy);
  table.add({"aten::to.other", "aten::type_as"}, toOther);
  table.add("aten::copy", copy);
  table.add({"aten::_assert_tensor_metadata", "aten::_assert_async",
             "aten::_assert_async.msg", "aten::_functional_assert_async.msg",
             "aten::_assert_scalar", "aten::_functional_assert_scalar",
             "aten::sym_constrain_range", "aten::sym_constrain_range_for_size",
             "aten::_functional_sym_constrain_range",
             "aten::_functional_sym_constrain_range_for_size"},
            nothing);
}
