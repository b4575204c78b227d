// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of pooling and resizing.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// The input with a batch dimension.
struct Image {
  Value value;
  bool batched = true;
};

Image imageOf(AtenCall &call, StringRef name, int64_t spatial) {
  Image image = {call.tensor(name)};
  if (call.refused())
    return image;
  int64_t rank = call.rankOf(image.value);
  if (rank != spatial + 1 && rank != spatial + 2)
    call.refuse("expected rank " + Twine(spatial + 1) + " or " +
                Twine(spatial + 2) + ", found " +
                Datum(image.value).describe());
  image.batched = rank == spatial + 2;
  if (!image.batched)
    image.value = unsqueeze(call, image.value, 0);
  return image;
}

Value finished(AtenCall &call, const Image &image, Value result) {
  return image.batched ? result : dropDim(call, result, 0);
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

struct Windows {
  SmallVector<int64_t> kernel, stride, low, high, dilation;
};

Windows windowsOf(AtenCall &call, const Image &image, size_t spatial) {
  Windows w;
  w.kernel = integersFor(call, "kernel_size", spatial, 1);
  w.stride = call.integers("stride").empty()
                 ? w.kernel
                 : integersFor(call, "stride", spatial, 1);
  w.low = integersFor(call, "padding", spatial, 0);
  w.high = w.low;
  w.dilation = integersFor(call, "dilation", spatial, 1);
  if (call.refused() || !call.boolean("ceil_mode"))
    return w;
  // Rounding up takes one more window where it starts inside the input or its
  // padding in front; its end is padding behind.
  for (size_t i = 0; i < spatial; ++i) {
    if (w.stride[i] == 1)
      continue;
    auto size = lc::getConstant(lc::getDims(image.value)[i + 2]);
    if (!size || w.stride[i] < 1) {
      call.refuse("ceil_mode needs a known size and a positive stride");
      return w;
    }
    int64_t span = w.dilation[i] * (w.kernel[i] - 1) + 1;
    int64_t room = *size + 2 * w.low[i] - span;
    int64_t last = room < 0 ? 0 : (room + w.stride[i] - 1) / w.stride[i];
    if (last * w.stride[i] >= *size + w.low[i])
      --last;
    w.high[i] =
        std::max(w.high[i], last * w.stride[i] + span - *size - w.low[i]);
  }
  return w;
}

template <int spatial, bool indices> void maxPool(AtenCall &call) {
  Image image = imageOf(call, "self", spatial);
  if (call.refused())
    return;
  Windows w = windowsOf(call, image, spatial);
  call.result(finished(call, image,
                       call.make<lc::MaxPoolOp>(image.value, w.kernel, w.stride,
                                                w.low, w.high, w.dilation)));
  if (indices) // whoever uses the indices is refused: they are None
    call.result(Datum());
}

template <int spatial> void avgPool(AtenCall &call) {
  Image image = imageOf(call, "self", spatial);
  if (call.refused())
    return;
  Windows w = windowsOf(call, image, spatial);
  IntegerAttr divisor;
  if (call.has("divisor_override"))
    divisor = call.b.getI64IntegerAttr(call.integer("divisor_override"));
  call.result(finished(call, image,
                       call.make<lc::AvgPoolOp>(
                           image.value, w.kernel, w.stride, w.low, w.high,
                           call.boolean("count_include_pad", true), divisor)));
}

//===----------------------------------------------------------------------===//
// Adaptive pooling
//===----------------------------------------------------------------------===//

/// The output's sizes; None keeps the input's.
SmallVector<int64_t> adaptiveSizes(AtenCall &call, Value x, size_t spatial) {
  SmallVector<int64_t> sizes;
  const Datum &asked = call.get("output_size");
  Datum::List list =
      asked.isList() ? asked.list() : Datum::List(spatial, asked);
  if (list.size() == 1)
    list.assign(spatial, Datum(list[0]));
  if (list.size() != spatial)
    call.refuse("expected " + Twine(spatial) + " output sizes");
  for (auto [i, d] : llvm::enumerate(list)) {
    if (call.refused())
      return sizes;
    AffineExpr size =
        d.isNone() ? lc::getDims(x)[i + 2] : d.size(call.b.getContext());
    if (auto known = lc::getConstant(size))
      sizes.push_back(*known);
    else
      call.refuse("expected known output sizes, found " + asked.describe());
  }
  return sizes;
}

template <int spatial> void adaptiveAvgPool(AtenCall &call) {
  Image image = imageOf(call, "self", spatial);
  if (call.refused())
    return;
  auto sizes = adaptiveSizes(call, image.value, spatial);
  call.result(finished(call, image,
                       call.make<lc::AdaptiveAvgPoolOp>(image.value, sizes)));
}

template <int spatial> void adaptiveMaxPool(AtenCall &call) {
  Image image = imageOf(call, "self", spatial);
  if (call.refused())
    return;
  auto sizes = adaptiveSizes(call, image.value, spatial);
  if (call.refused())
    return;
  if (llvm::all_of(sizes, [](int64_t s) { return s == 1; })) {
    auto dims = llvm::to_vector(llvm::seq<int64_t>(2, 2 + spatial));
    call.result(
        finished(call, image, call.make<lc::AmaxOp>(image.value, dims, true)));
    return call.result(Datum());
  }
  SmallVector<int64_t> kernel, zeros(spatial, 0), ones(spatial, 1);
  for (auto [i, size] : llvm::enumerate(sizes)) {
    auto from = lc::getConstant(lc::getDims(image.value)[i + 2]);
    if (!from || size < 1 || *from % size)
      return call.refuse("adaptive_max_pool needs output sizes that divide the "
                         "input's");
    kernel.push_back(*from / size);
  }
  call.result(finished(call, image,
                       call.make<lc::MaxPoolOp>(image.value, kernel, kernel,
                                                zeros, zeros, ones)));
  call.result(Datum());
}

//===----------------------------------------------------------------------===//
// Resizing
//===----------------------------------------------------------------------===//

/// Input over output size as a number; nothing when it changes with the sizes.
std::optional<double> ratio(AtenCall &call, AffineExpr in, AffineExpr out) {
  auto i = lc::getConstant(in), o = lc::getConstant(out);
  if (i && o)
    return *o ? double(*i) / double(*o) : 0;
  if (auto factor = lc::getConstant(quotient(call, out, in)))
    if (lc::provablyEqual(out, in * *factor) && *factor)
      return 1.0 / *factor;
  if (auto factor = lc::getConstant(quotient(call, in, out)))
    if (lc::provablyEqual(in, out * *factor))
      return *factor;
  return std::nullopt;
}

/// floor(size * factor).
AffineExpr scaled(AtenCall &call, AffineExpr size, double factor) {
  if (auto known = lc::getConstant(size))
    return call.constant(static_cast<int64_t>(std::floor(*known * factor)));
  if (factor == std::floor(factor))
    return lc::simplify(size * static_cast<int64_t>(factor));
  if (1 / factor == std::floor(1 / factor))
    return lc::simplify(size.floorDiv(static_cast<int64_t>(1 / factor)));
  return {};
}

template <int spatial, lc::ResizeMode mode> void upsample(AtenCall &call) {
  Image image = imageOf(call, call.has("self") ? "self" : "input", spatial);
  lc::Dims sizes = call.sizes("output_size");
  SmallVector<double> factors = call.numbers("scale_factors");
  bool corners = call.boolean("align_corners");
  // Overloads without lists name the factors one by one.
  SmallVector<StringRef> names = {"scales_d", "scales_h", "scales_w"};
  names.erase(names.begin(), names.end() - spatial);
  if (spatial == 1)
    names = {"scales"};
  for (StringRef name : names)
    if (call.has(name))
      factors.push_back(call.number(name));
  if (call.refused())
    return;
  lc::Dims dims = lc::getDims(image.value);
  bool scaledSizes = sizes.empty();
  if ((scaledSizes && factors.size() != spatial) ||
      (!scaledSizes && sizes.size() != spatial))
    return call.refuse("expected " + Twine(spatial) +
                       " output sizes or factors");
  SmallVector<double> scales;
  for (int i = 0; i < spatial; ++i) {
    AffineExpr in = dims[i + 2];
    AffineExpr out = scaledSizes && in ? scaled(call, in, factors[i])
                     : scaledSizes     ? AffineExpr()
                                       : sizes[i];
    if (!in || !out)
      return call.refuse("the output's size does not follow from the input's");
    dims[i + 2] = out;
    std::optional<double> scale;
    if (corners) {
      auto known = lc::getConstant(in), target = lc::getConstant(out);
      if (lc::provablyEqual(in, out))
        scale = 1;
      else if (known && target)
        scale = *target > 1 ? double(*known - 1) / double(*target - 1) : 0;
    } else if (static_cast<int>(factors.size()) == spatial && factors[i] > 0) {
      scale = 1 / factors[i];
    } else {
      scale = ratio(call, in, out);
    }
    if (!scale)
      return call.refuse("the scale changes with the sizes");
    scales.push_back(*scale);
  }
  Type type = lc::makeTensorType(dims, call.elementOf(image.value));
  call.result(finished(
      call, image,
      call.makeTyped<lc::ResizeOp>(type, image.value, mode, scales, corners)));
}

} // namespace

void lcompile::import::addPoolRules(AtenTable &table) {
  table.add("aten::max_pool1d", maxPool<1, false>);
  table.add("aten::max_pool2d", maxPool<2, false>);
  table.add("aten::max_pool3d", maxPool<3, false>);
  table.add("aten::max_pool1d_with_indices", maxPool<1, true>);
  table.add("aten::max_pool2d_with_indices", maxPool<2, true>);
  table.add("aten::max_pool3d_with_indices", maxPool<3, true>);
  table.add("aten::avg_pool1d", avgPool<1>);
  table.add("aten::avg_pool2d", avgPool<2>);
  table.add("aten::avg_pool3d", avgPool<3>);
  table.add("aten::adaptive_avg_pool1d", adaptiveAvgPool<1>);
  table.add({"aten::adaptive_avg_pool2d", "aten::_adaptive_avg_pool2d"},
            adaptiveAvgPool<2>);
  table.add({"aten::adaptive_avg_pool3d", "aten::_adaptive_avg_pool3d"},
            adaptiveAvgPool<3>);
  table.add("aten::adaptive_max_pool1d", adaptiveMaxPool<1>);
  table.add("aten::adaptive_max_pool2d", adaptiveMaxPool<2>);
  table.add("aten::adaptive_max_pool3d", adaptiveMaxPool<3>);
  constexpr auto nearest = lc::ResizeMode::nearest,
                 linear = lc::ResizeMode::linear;
  table.add({"aten::upsample_nearest1d", "aten::upsample_nearest1d.vec"},
            upsample<1, nearest>);
  table.add({"aten::upsample_nearest2d", "aten::upsample_nearest2d.vec"},
            upsample<2, nearest>);
  table.add({"aten::upsample_nearest3d", "aten::upsample_nearest3d.vec"},
            upsample<3, nearest>);
  table.add({"aten::upsample_linear1d", "aten::upsample_linear1d.vec"},
            upsample<1, linear>);
  table.add({"aten::upsample_bilinear2d", "aten::upsample_bilinear2d.vec"},
            upsample<2, linear>);
  table.add({"aten::upsample_trilinear3d", "aten::upsample_trilinear3d.vec"},
            upsample<3, linear>);
}
