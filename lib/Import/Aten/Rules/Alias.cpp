// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Operators that are others under another name.
#include "lib/Import/Aten/AtenCall.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

struct Alias {
  StringRef name, of;
};

constexpr Alias aliases[] = {
    // Long names, as in NumPy.
    {"aten::absolute", "aten::abs"},
    {"aten::negative", "aten::neg"},
    {"aten::clip", "aten::clamp"},
    {"aten::clip.Tensor", "aten::clamp.Tensor"},
    {"aten::arccos", "aten::acos"},
    {"aten::arcsin", "aten::asin"},
    {"aten::arctan", "aten::atan"},
    {"aten::arctan2", "aten::atan2"},
    {"aten::subtract.Tensor", "aten::sub.Tensor"},
    {"aten::subtract.Scalar", "aten::sub.Scalar"},
    {"aten::multiply.Tensor", "aten::mul.Tensor"},
    {"aten::multiply.Scalar", "aten::mul.Scalar"},
    {"aten::divide.Tensor", "aten::div.Tensor"},
    {"aten::divide.Scalar", "aten::div.Scalar"},
    {"aten::divide.Tensor_mode", "aten::div.Tensor_mode"},
    {"aten::divide.Scalar_mode", "aten::div.Scalar_mode"},
    {"aten::true_divide.Scalar", "aten::div.Scalar"},
    {"aten::greater.Tensor", "aten::gt.Tensor"},
    {"aten::greater.Scalar", "aten::gt.Scalar"},
    {"aten::greater_equal.Tensor", "aten::ge.Tensor"},
    {"aten::greater_equal.Scalar", "aten::ge.Scalar"},
    {"aten::less.Tensor", "aten::lt.Tensor"},
    {"aten::less.Scalar", "aten::lt.Scalar"},
    {"aten::less_equal.Tensor", "aten::le.Tensor"},
    {"aten::less_equal.Scalar", "aten::le.Scalar"},
    {"aten::not_equal.Tensor", "aten::ne.Tensor"},
    {"aten::not_equal.Scalar", "aten::ne.Scalar"},
    {"aten::linalg_matmul", "aten::matmul"},
    {"aten::special_logsumexp", "aten::logsumexp"},
    {"aten::special_round", "aten::round"},
    {"aten::special_xlogy", "aten::xlogy.Tensor"},
    {"aten::__xor__.Tensor", "aten::bitwise_xor.Tensor"},
    {"aten::__xor__.Scalar", "aten::bitwise_xor.Scalar"},
    {"aten::ravel", "aten::flatten.using_ints"},
    // Views that promise a copy or an alias: values have no memory.
    {"aten::_reshape_alias", "aten::view"},
    {"aten::_reshape_copy", "aten::view"},
    {"aten::view_copy", "aten::view"},
    {"aten::expand_copy", "aten::expand"},
    {"aten::permute_copy", "aten::permute"},
    {"aten::transpose_copy.int", "aten::transpose.int"},
    {"aten::t_copy", "aten::t"},
    {"aten::squeeze_copy", "aten::squeeze"},
    {"aten::squeeze_copy.dim", "aten::squeeze.dim"},
    {"aten::squeeze_copy.dims", "aten::squeeze.dims"},
    {"aten::unsqueeze_copy", "aten::unsqueeze"},
    {"aten::select_copy.int", "aten::select.int"},
    {"aten::slice_copy.Tensor", "aten::slice.Tensor"},
    {"aten::narrow_copy", "aten::narrow"},
    {"aten::split_copy.Tensor", "aten::split.Tensor"},
    {"aten::unbind_copy.int", "aten::unbind.int"},
    {"aten::diagonal_copy", "aten::diagonal"},
    {"aten::unfold_copy", "aten::unfold"},
    {"aten::as_strided_copy", "aten::as_strided"},
    {"aten::unsafe_split.Tensor", "aten::split.Tensor"},
    {"aten::unsafe_split_with_sizes", "aten::split_with_sizes"},
    {"aten::unsafe_chunk", "aten::chunk"},
};

} // namespace

void lcompile::import::addAliasRules(AtenTable &table) {
  for (auto [name, of] : aliases) {
    AtenRule rule = table.lookup(of);
    assert(rule && "an alias of nothing");
    table.add(name, rule);
  }
}
