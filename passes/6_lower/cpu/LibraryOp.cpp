// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the kernel library can run as one call.
#include "passes/6_lower/cpu/LibraryOp.h"
#include "passes/6_lower/cpu/LibraryView.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace lcompile {
namespace {

/// The contraction's rank may not exceed what the artefact's structures hold.
constexpr size_t maxRank = LC_LIBRARY_MAX_RANK;

struct Describer : LibraryViews {
  using LibraryViews::LibraryViews;

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
    result.dst = full = denseView(op.getResult());
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

  template <typename Op>
  FailureOr<LibraryOp> convolution(Op op, LibraryTensor &full) {
    constexpr bool transposed = std::is_same_v<Op, lc::ConvTransposeOp>;
    LibraryOp result;
    result.kind = transposed ? LC_LIBRARY_DECONV : LC_LIBRARY_CONV;
    FailureOr<LibraryTensor> src = view(op.getInput()),
                             weights = view(op.getWeight());
    if (failed(src) || failed(weights))
      return failure();
    putChannelsFirst(*src, op.getChannelsLast());
    // Read through a permute the library falls back to its reference kernel.
    if (op.getChannelsLast() && !lc::isConstant(src->strides[1], 1))
      return failure();
    result.dst = full = denseView(op.getResult());
    putChannelsFirst(result.dst, op.getChannelsLast());
    result.groups = op.getGroups();
    if constexpr (transposed) {
      // Stored [i, o / g, ..]; the library wants [o, i, ..].
      if (result.groups != 1)
        return failure();
      // Nor does it add more than a stride to what windows reach.
      for (auto [p, extra, stride] :
           llvm::zip(op.getPadding(), op.getOutputPadding(), op.getStride()))
        if (extra - p >= stride)
          return failure();
      std::swap(weights->dims[0], weights->dims[1]);
      std::swap(weights->strides[0], weights->strides[1]);
    } else {
      splitGroups(*weights, result.groups);
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

  /// The gradient of a convolution with respect to its input or its weight.
  template <typename Op>
  FailureOr<LibraryOp> gradient(Op op, LibraryTensor &full) {
    constexpr bool ofWeight = std::is_same_v<Op, lc::ConvGradWeightOp>;
    LibraryOp result;
    result.kind =
        ofWeight ? LC_LIBRARY_CONV_GRAD_WEIGHT : LC_LIBRARY_CONV_GRAD_INPUT;
    FailureOr<LibraryTensor> src = view(op->getOperand(0)),
                             weights = view(op->getOperand(1));
    if (failed(src) || failed(weights))
      return failure();
    result.src = *src;
    result.weights = *weights;
    result.dst = denseView(op.getResult());
    result.groups = op.getGroups();
    splitGroups(ofWeight ? result.dst : result.weights, result.groups);
    for (LibraryTensor *images :
         {&result.src, ofWeight ? &result.weights : &result.dst}) {
      putChannelsFirst(*images, op.getChannelsLast());
      if (op.getChannelsLast() && !lc::isConstant(images->strides[1], 1))
        return failure();
    }
    if (result.dst.dims.size() > maxRank ||
        result.weights.dims.size() > maxRank)
      return failure();
    full = result.dst;
    auto list = [](ArrayRef<int64_t> values) {
      return SmallVector<int64_t>(values);
    };
    result.stride = list(op.getStride());
    result.dilation = list(op.getDilation());
    result.padLow = list(op.getPadLow());
    result.padHigh = list(op.getPadHigh());
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
      putChannelsFirst(*t, channelsLast);
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
      if (lc::isContraction(op)) {
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
            .Case([&](lc::ConvGradInputOp op) { return gradient(op, full); })
            .Case([&](lc::ConvGradWeightOp op) { return gradient(op, full); })
            .Default([](Operation *) { return failure(); });
    if (failed(described))
      return failure();
    // The library applies nothing to gradients.
    if (isa<lc::ConvGradInputOp, lc::ConvGradWeightOp>(root) &&
        root->getResult(0) != result)
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
