// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the kernel library can run as one call.
#include "passes/6_lower/cpu/LibraryOp.h"

#include "dialects/lc/IR/WindowShape.h"
#include "mlir/IR/TypeUtilities.h"
#include "passes/6_lower/nest/IndexMath.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace lcompile {
namespace {

/// The contraction's rank may not exceed what the artefact's structures hold.
constexpr size_t maxRank = LC_LIBRARY_MAX_RANK;

struct Describer {
  const llvm::SetVector<Operation *> &group;
  ArrayRef<lc::SymbolAttr> symbols;

  static RankedTensorType typeOf(Value v) {
    return cast<RankedTensorType>(v.getType());
  }
  bool inside(Value v) {
    return v.getDefiningOp() && group.contains(v.getDefiningOp());
  }
  AffineExpr number(Value v, int64_t n) {
    return lc::constant(v.getContext(), n);
  }

  /// `v` as a strided view of memory outside of the group. Dimensions that are
  /// repeated by lc.expand have size 1 when `broadcast` allows it.
  FailureOr<LibraryTensor> view(Value v, bool broadcast = false) {
    LibraryTensor t;
    t.element = getElementTypeOrSelf(v);
    t.dims = lc::getDims(v);
    nest::Bounds bounds;
    bounds.symbols.assign(symbols.begin(), symbols.end());
    SmallVector<AffineExpr> place;
    for (auto [i, size] : llvm::enumerate(t.dims)) {
      if (!size)
        return failure();
      bounds.sizes.push_back(size);
      place.push_back(getAffineDimExpr(i, v.getContext()));
    }
    while (inside(v)) {
      auto op = v.getDefiningOp<lc::View>();
      SmallVector<AffineExpr> source;
      if (!op || failed(op.mapToSource(place, source)))
        return failure();
      place.clear();
      for (AffineExpr expr : source)
        place.push_back(nest::simplify(expr, bounds));
      v = op->getOperand(0);
    }
    t.base = v;
    AffineExpr linear = nest::simplify(
        nest::linearize(place, lc::getDims(v), v.getContext()), bounds);
    for (size_t i = 0; i < t.dims.size(); ++i) {
      AffineExpr stride = nest::symbolicStride(linear, i, bounds);
      if (!stride)
        return failure();
      if (lc::isConstant(t.dims[i], 1)) {
        stride = number(v, 1); // never used; set below
      } else if (lc::isConstant(stride, 0)) {
        if (!broadcast)
          return failure();
        t.dims[i] = number(v, 1);
      } else if (auto c = lc::getConstant(stride); c && *c < 0) {
        return failure();
      }
      t.strides.push_back(stride);
    }
    // Dimensions of size 1 get the stride that a dense tensor would have.
    for (size_t i = t.dims.size(); i-- > 0;)
      if (lc::isConstant(t.dims[i], 1))
        t.strides[i] = i + 1 == t.dims.size()
                           ? number(v, 1)
                           : lc::simplify(t.strides[i + 1] * t.dims[i + 1]);
    SmallVector<AffineExpr> zeros(t.dims.size(), number(v, 0));
    t.offset = lc::simplify(linear.replaceDims(zeros));
    return t;
  }

  LibraryTensor dense(Value v) {
    LibraryTensor t;
    t.base = v;
    t.element = getElementTypeOrSelf(v);
    t.dims = lc::getDims(v);
    t.strides.assign(t.dims.size(), number(v, 1));
    for (size_t i = t.dims.size(); i-- > 1;)
      t.strides[i - 1] = lc::simplify(t.strides[i] * t.dims[i]);
    t.offset = number(v, 0);
    return t;
  }

  /// All dimensions but the last become one; fails where memory has gaps.
  static LogicalResult mergeLeading(LibraryTensor &t, size_t keep = 1) {
    while (t.dims.size() > keep + 1) {
      bool one = lc::isConstant(t.dims[0], 1);
      if (!one && !lc::provablyEqual(t.strides[0], t.strides[1] * t.dims[1]))
        return failure();
      t.dims[1] = lc::simplify(t.dims[0] * t.dims[1]);
      t.dims.erase(t.dims.begin());
      t.strides.erase(t.strides.begin());
    }
    return success();
  }

  /// The library wants one of the last two dimensions dense.
  static bool isMatrix(const LibraryTensor &t) {
    size_t n = t.dims.size();
    return lc::isConstant(t.strides[n - 1], 1) ||
           lc::isConstant(t.strides[n - 2], 1);
  }

  static void swapLast(LibraryTensor &t) {
    size_t n = t.dims.size();
    std::swap(t.dims[n - 1], t.dims[n - 2]);
    std::swap(t.strides[n - 1], t.strides[n - 2]);
  }

  FailureOr<LibraryOp> matmul(lc::MatmulOp op, LibraryTensor &full) {
    LibraryOp result;
    result.kind = LC_LIBRARY_MATMUL;
    FailureOr<LibraryTensor> src = view(op.getLhs()),
                             weights = view(op.getRhs());
    if (failed(src) || failed(weights))
      return failure();
    if (op.getTransposeA())
      swapLast(*src);
    if (op.getTransposeB())
      swapLast(*weights);
    result.dst = full = dense(op.getResult());
    bool flat = weights->dims.size() == 2;
    if (flat &&
        (failed(mergeLeading(*src)) || failed(mergeLeading(result.dst))))
      return failure();
    if (src->dims.size() > maxRank || !isMatrix(*src) || !isMatrix(*weights))
      return failure();
    result.src = *src;
    result.weights = *weights;
    if (Value bias = op.getBias()) {
      FailureOr<LibraryTensor> b = view(bias);
      if (failed(b) || !lc::isConstant(b->strides[0], 1))
        return failure();
      result.bias = *b;
    }
    return result;
  }

  /// Dimensions in the order [n, c, spatial..].
  static void channelsFirst(LibraryTensor &t, bool channelsLast) {
    if (!channelsLast)
      return;
    std::rotate(t.dims.begin() + 1, t.dims.end() - 1, t.dims.end());
    std::rotate(t.strides.begin() + 1, t.strides.end() - 1, t.strides.end());
  }

  template <typename Op>
  FailureOr<LibraryOp> convolution(Op op, LibraryTensor &full) {
    constexpr bool transposed = std::is_same_v<Op, lc::ConvTransposeOp>;
    LibraryOp result;
    result.kind = transposed ? LC_LIBRARY_DECONV : LC_LIBRARY_CONV;
    FailureOr<LibraryTensor> src = view(op.getInput()),
                             weights = view(op.getWeight());
    if (failed(src) || failed(weights))
      return failure();
    channelsFirst(*src, op.getChannelsLast());
    // Read through a permute the library falls back to its reference kernel.
    if (op.getChannelsLast() && !lc::isConstant(src->strides[1], 1))
      return failure();
    result.dst = full = dense(op.getResult());
    channelsFirst(result.dst, op.getChannelsLast());
    result.groups = op.getGroups();
    if constexpr (transposed) {
      // Stored [i, o / g, ..]; the library wants [o, i, ..].
      if (result.groups != 1)
        return failure();
      std::swap(weights->dims[0], weights->dims[1]);
      std::swap(weights->strides[0], weights->strides[1]);
    } else if (result.groups > 1) { // [g, o / g, i / g, ..]
      AffineExpr g = number(op.getInput(), result.groups);
      AffineExpr each = lc::simplify(weights->dims[0].floorDiv(g));
      AffineExpr stride = weights->strides[0];
      weights->dims[0] = each;
      weights->dims.insert(weights->dims.begin(), g);
      weights->strides.insert(weights->strides.begin(),
                              lc::simplify(stride * each));
    }
    if (weights->dims.size() > maxRank)
      return failure();
    result.src = *src;
    result.weights = *weights;
    if (Value bias = op.getBias()) {
      FailureOr<LibraryTensor> b = view(bias);
      if (failed(b))
        return failure();
      result.bias = *b;
    }
    result.stride.assign(op.getStride().begin(), op.getStride().end());
    result.dilation.assign(op.getDilation().begin(), op.getDilation().end());
    if constexpr (transposed) {
      result.padLow.assign(op.getPadding().begin(), op.getPadding().end());
      for (auto [p, extra] : llvm::zip(op.getPadding(), op.getOutputPadding()))
        result.padHigh.push_back(p - extra);
    } else {
      result.padLow.assign(op.getPadLow().begin(), op.getPadLow().end());
      result.padHigh.assign(op.getPadHigh().begin(), op.getPadHigh().end());
    }
    return result;
  }

  /// The number that fills `v`, if one does.
  std::optional<double> splat(Value v) {
    while (inside(v) && isa<lc::ExpandOp, lc::ReshapeOp>(v.getDefiningOp()))
      v = v.getDefiningOp()->getOperand(0);
    auto full = v.getDefiningOp<lc::FullOp>();
    if (!full || !inside(v))
      return std::nullopt;
    if (auto f = dyn_cast<FloatAttr>(full.getValue()))
      return f.getValueAsDouble();
    return std::nullopt;
  }

  /// Adds `op`, whose operand `current` is what the library holds so far.
  /// `order` is the dimension order of dst, `full` the shape before merging.
  LogicalResult postOp(Operation *op, Value current, LibraryOp &result,
                       bool merged, bool channelsLast) {
    auto unary = [&](lc_post_op_kind_t kind, double alpha = 0,
                     double beta = 0) {
      result.postOps.push_back({kind, alpha, beta, {}});
      return success();
    };
    auto binary = [&](lc_post_op_kind_t kind, bool commutes) -> LogicalResult {
      Value lhs = op->getOperand(0), rhs = op->getOperand(1);
      if (lhs == rhs)
        return failure();
      bool first = lhs == current;
      if (!first && !commutes)
        return failure();
      Value other = first ? rhs : lhs;
      if (std::optional<double> n = splat(other)) {
        if (kind == LC_POST_ADD)
          return unary(LC_POST_LINEAR, 1, *n);
        if (kind == LC_POST_SUB)
          return unary(LC_POST_LINEAR, 1, -*n);
        if (kind == LC_POST_MUL)
          return unary(LC_POST_LINEAR, *n, 0);
        return failure();
      }
      FailureOr<LibraryTensor> t = view(other, /*broadcast=*/true);
      if (failed(t))
        return failure();
      channelsFirst(*t, channelsLast);
      if (merged && failed(mergeLeading(*t)))
        return failure();
      for (auto [own, dst] : llvm::zip_equal(t->dims, result.dst.dims))
        if (!lc::isConstant(own, 1) && !lc::provablyEqual(own, dst))
          return failure();
      // The library reads the operand in dst's order of memory only.
      bool dense = true;
      for (auto [own, dst, size] :
           llvm::zip_equal(t->strides, result.dst.strides, t->dims))
        dense &= lc::isConstant(size, 1) || lc::provablyEqual(own, dst);
      bool single = llvm::count_if(t->dims, [](AffineExpr e) {
                      return !lc::isConstant(e, 1);
                    }) <= 1;
      if (!dense && !single)
        return failure();
      result.postOps.push_back({kind, 0, 0, *t});
      return success();
    };
    return TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](lc::ReluOp) { return unary(LC_POST_RELU); })
        .Case([&](lc::GeluOp o) {
          return unary(o.getTanh() ? LC_POST_GELU_TANH : LC_POST_GELU_ERF);
        })
        .Case([&](lc::SiluOp) { return unary(LC_POST_SILU, 1); })
        .Case([&](lc::SigmoidOp) { return unary(LC_POST_SIGMOID); })
        .Case([&](lc::TanhOp) { return unary(LC_POST_TANH); })
        .Case([&](lc::HardswishOp) {
          return unary(LC_POST_HARDSWISH, 1.0 / 6, 0.5);
        })
        .Case([&](lc::HardsigmoidOp) {
          return unary(LC_POST_HARDSIGMOID, 1.0 / 6, 0.5);
        })
        .Case([&](lc::ClampOp o) -> LogicalResult {
          if (!o.getMin() || !o.getMax())
            return failure();
          return unary(LC_POST_CLIP, o.getMin()->convertToDouble(),
                       o.getMax()->convertToDouble());
        })
        .Case([&](lc::AddOp) { return binary(LC_POST_ADD, true); })
        .Case([&](lc::MulOp) { return binary(LC_POST_MUL, true); })
        .Case([&](lc::SubOp) { return binary(LC_POST_SUB, false); })
        .Default([](Operation *) { return failure(); });
  }

  FailureOr<LibraryOp> describe(Value result) {
    Operation *root = nullptr;
    for (Operation *op : group)
      if (isa<lc::MatmulOp, lc::ConvOp, lc::ConvTransposeOp>(op)) {
        if (root)
          return failure();
        root = op;
      }
    Type element = getElementTypeOrSelf(result);
    if (!root || !(element.isF32() || element.isBF16()))
      return failure();
    LibraryTensor full;
    FailureOr<LibraryOp> described =
        TypeSwitch<Operation *, FailureOr<LibraryOp>>(root)
            .Case([&](lc::MatmulOp op) { return matmul(op, full); })
            .Case([&](lc::ConvOp op) { return convolution(op, full); })
            .Case([&](lc::ConvTransposeOp op) { return convolution(op, full); })
            .Default([](Operation *) { return failure(); });
    if (failed(described))
      return failure();
    bool merged = described->dst.dims.size() != full.dims.size();
    bool channelsLast = root->hasAttr("channels_last");
    Value current = root->getResult(0);
    while (current != result) {
      Operation *next = nullptr;
      for (Operation *user : current.getUsers())
        if (group.contains(user)) {
          if (next)
            return failure();
          next = user;
        }
      if (!next || next->getResult(0).getType() != current.getType() ||
          described->postOps.size() == LC_LIBRARY_MAX_POST_OPS ||
          failed(postOp(next, current, *described, merged, channelsLast)))
        return failure();
      current = next->getResult(0);
    }
    described->dst.base = result;
    return described;
  }
};

} // namespace

FailureOr<LibraryOp>
describeLibraryOp(const llvm::SetVector<Operation *> &group, Value result,
                  ArrayRef<lc::SymbolAttr> symbols) {
  Describer describer{group, symbols};
  return describer.describe(result);
}

} // namespace lcompile
