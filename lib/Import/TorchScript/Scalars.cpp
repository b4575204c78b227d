// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What TorchScript programs ask of values: numbers in tensors, None, ranges,
// devices.
#include "lib/Import/TorchScript/Replay.h"

#include <cmath>

using namespace mlir;

namespace lcompile::import::torchscript {
namespace {

void pass(Replay &r, const Node &node) { r.result(node, r.operand(node, 0)); }

void ignore(Replay &r, const Node &node) {
  for (size_t i = 0; i < node.results.size(); ++i)
    r.result(node, Cell(), i);
}

template <bool value> void constant(Replay &r, const Node &node) {
  r.result(node, Datum(value));
}

/// The number in a tensor; sizes that traces keep in tensors stay sizes.
template <char kind> void item(Replay &r, const Node &node) {
  Cell cell = r.operand(node, 0);
  Datum value;
  if (r.known(cell, value) && value.isNumber())
    return r.result(node, kind == 'i'   ? Datum(value.asInt())
                          : kind == 'f' ? Datum(value.asFloat())
                          : kind == 'b' ? Datum(value.asBool())
                                        : value);
  if (!cell.box && cell.datum.isSize() && (kind == 'i' || kind == 'n'))
    return r.result(node, cell);
  r.callOperator(node);
}

void device(Replay &r, const Node &node) {
  r.result(node, Datum(std::string("cpu")));
}

void layout(Replay &r, const Node &node) { r.result(node, Datum(0)); }

/// `x is y`, which compares with None in most programs.
template <bool whenSame> void identical(Replay &r, const Node &node) {
  Cell x = r.constant(node.operands[0]), y = r.constant(node.operands[1]);
  Datum a, b;
  if (x.isNone() || y.isNone())
    return r.result(node, Datum((x.isNone() && y.isNone()) == whenSame));
  if (x.box && y.box)
    return r.result(node, Datum((x.box == y.box) == whenSame));
  if (r.known(x, a) && r.known(y, b) && a.isBool() && b.isBool())
    return r.result(node, Datum((a.asBool() == b.asBool()) == whenSame));
  if (x.datum.isTensor() && y.datum.isTensor())
    return r.result(node,
                    Datum((x.datum.value() == y.datum.value()) == whenSame));
  r.refuse(node,
           "compares the identity of " + describe(x) + " and " + describe(y));
}

void unwrap(Replay &r, const Node &node) {
  Cell cell = r.operand(node, 0);
  if (cell.isNone())
    return r.refuse(
        node, "the value is None here, and the model raises an exception");
  r.result(node, cell);
}

void raise(Replay &r, const Node &node) {
  Cell text = r.constant(node.operands[0]);
  r.refuse(node,
           "the model always raises an exception here" +
               (text.isText() ? ": " + text.datum.text() : std::string()));
}

void never(Replay &r, const Node &node) { r.result(node, uninitialized()); }

/// len(range(lo, hi, step)).
void rangeLength(Replay &r, const Node &node) {
  Cell lo = r.operand(node, 0), hi = r.operand(node, 1),
       step = r.operand(node, 2);
  Datum a, b, s;
  bool knownStep = r.known(step, s) && s.isNumber() && s.asInt() != 0;
  bool fromZero = r.known(lo, a) && a.isNumber() && a.asInt() == 0;
  if (knownStep && s.asInt() == 1 && fromZero)
    return r.result(node, hi);
  if (knownStep && r.known(lo, a) && r.known(hi, b) && a.isNumber() &&
      b.isNumber()) {
    int64_t by = s.asInt(),
            span = by > 0 ? b.asInt() - a.asInt() : a.asInt() - b.asInt();
    int64_t width = by > 0 ? by : -by;
    return r.result(node, Datum(span > 0 ? (span - 1) / width + 1 : 0));
  }
  AffineExpr m = lo.box ? AffineExpr() : lo.datum.size(r.context());
  AffineExpr n = hi.box ? AffineExpr() : hi.datum.size(r.context());
  // A negative count is no iteration, as in Python.
  if (knownStep && s.asInt() > 0 && m && n)
    return r.result(node, Datum((n - m + (s.asInt() - 1)).floorDiv(s.asInt())));
  r.refuse(node,
           "expected a range whose ends are known or follow from the inputs' "
           "sizes, found " +
               describe(lo) + ", " + describe(hi) + ", " + describe(step));
}

/// start + index * step.
void deriveIndex(Replay &r, const Node &node) {
  Cell index = r.operand(node, 0), start = r.operand(node, 1),
       step = r.operand(node, 2);
  r.call(node, "aten::mul.int", {{"a", toDatum(index)}, {"b", toDatum(step)}});
  Datum offset = toDatum(r.constant(node.results[0]));
  r.call(node, "aten::add.int", {{"a", offset}, {"b", toDatum(start)}});
}

/// Overloads for numbers of any kind go the way of those for integers.
void asInteger(Replay &r, const Node &node) {
  Args args;
  for (size_t i = 0; i < r.operands(node); ++i)
    args.push_back({node.names[i], toDatum(r.operand(node, i))});
  r.call(node, (StringRef(node.kind).split('.').first + ".int").str(),
         std::move(args));
}

/// A function of one known number. TorchScript gives ints where `whole` is set.
template <double (*function)(double), bool whole>
void map(Replay &r, const Node &node) {
  Cell x = r.operand(node, 0);
  Datum a;
  if (!r.known(x, a) || !a.isNumber())
    return r.refuse(
        node, "expected a number that is known when the model is compiled, "
              "found " +
                  describe(x));
  double value = function(a.asFloat());
  r.result(node, whole && a.isInt() ? Datum(int64_t(value)) : Datum(value));
}

double logarithm(double x) { return std::log(x); }
double exponential(double x) { return std::exp(x); }
double rounded(double x) { return std::nearbyint(x); }
double absolute(double x) { return std::fabs(x); }

} // namespace

void addScalarHandlers(Handlers &h) {
  for (StringRef kind : {"prim::NumToTensor.Scalar", "prim::NumToTensor.bool",
                         "prim::unchecked_cast", "prim::data",
                         "aten::requires_grad_", "aten::wait"})
    h.first[kind] = pass;
  for (StringRef kind : {"aten::warn", "prim::Print", "aten::set_grad_enabled"})
    h.first[kind] = ignore;
  for (StringRef kind :
       {"prim::is_cuda", "prim::is_xla", "prim::is_sparse", "prim::is_mkldnn",
        "prim::is_quantized", "prim::is_mps", "prim::is_meta",
        "prim::is_nested", "prim::is_mtia", "prim::is_xpu", "prim::is_ipu",
        "prim::is_vulkan", "aten::is_complex", "aten::is_autocast_enabled",
        "aten::is_autocast_cpu_enabled", "aten::cudnn_is_acceptable"})
    h.first[kind] = constant<false>;
  // As if gradients were wanted: torch.nn then takes its plain way instead of a
  // fused operator for inference.
  for (StringRef kind :
       {"prim::is_cpu", "prim::requires_grad", "aten::is_grad_enabled"})
    h.first[kind] = constant<true>;
  h.first["aten::Int.Tensor"] = h.first["aten::IntImplicit"] = item<'i'>;
  h.first["aten::Float.Tensor"] = h.first["aten::FloatImplicit"] = item<'f'>;
  h.first["aten::Bool.Tensor"] = item<'b'>;
  h.first["aten::ScalarImplicit"] = h.first["aten::item"] = item<'n'>;
  h.first["prim::device"] = device;
  h.first["prim::layout"] = layout;
  h.first["prim::Uninitialized"] = never;
  h.first["prim::RaiseException"] = raise;
  h.first["aten::__is__"] = identical<true>;
  h.first["aten::__isnot__"] = identical<false>;
  for (StringRef kind :
       {"prim::unchecked_unwrap_optional", "aten::_unwrap_optional"})
    h.first[kind] = unwrap;
  h.first["aten::__range_length"] = rangeLength;
  h.first["aten::__derive_index"] = deriveIndex;
  for (StringRef name : {"aten::eq", "aten::ne", "aten::lt", "aten::le",
                         "aten::gt", "aten::ge", "prim::min", "prim::max"})
    h.last[name] = asInteger;
  h.last["aten::neg.Scalar"] = asInteger;
  for (StringRef kind :
       {"aten::floor.int", "aten::ceil.int", "aten::Bool.bool"})
    h.last[kind] = pass;
  for (StringRef overload : {".int", ".float", ".Scalar"}) {
    h.last[("aten::round" + overload).str()] = map<rounded, false>;
    h.last[("aten::exp" + overload).str()] = map<exponential, false>;
    h.last[("aten::log" + overload).str()] = map<logarithm, false>;
    h.last[("prim::abs" + overload).str()] = map<absolute, true>;
  }
}

} // namespace lcompile::import::torchscript
