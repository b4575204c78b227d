// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts the elements of chunks into registers.
#include "dialects/lc/IR/BodyBuilder.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"

namespace lcompile {
#define GEN_PASS_DEF_SPLITTPCVECTORS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;
using tpc::Order;

namespace {

/// Lanes of a register; those of a mask select lanes of 32 bits.
int64_t lanesOf(Type element) {
  unsigned bits = element.getIntOrFloatBitWidth();
  return tpc::registerBits / (bits == 1 ? 32 : bits);
}

VectorType registerOf(VectorType type) {
  return VectorType::get({lanesOf(type.getElementType())},
                         type.getElementType());
}

/// A chunk of n elements as n / lanes registers.
class Registers : public TypeConverter {
public:
  Registers() {
    addConversion([](Type type) { return type; });
    addConversion([](VectorType type, SmallVectorImpl<Type> &parts) {
      parts.assign(type.getNumElements() / lanesOf(type.getElementType()),
                   registerOf(type));
      return success();
    });
  }
};

/// Operations that compute lane by lane.
struct SplitElementwise : ConversionPattern {
  SplitElementwise(const TypeConverter &converter, MLIRContext *ctx)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), 1, ctx) {}

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<ValueRange> operands,
                  ConversionPatternRewriter &rewriter) const override {
    bool isElementwise = OpTrait::hasElementwiseMappableTraits(op) ||
                         isa<tpc::SpecialOp, vector::BroadcastOp>(op);
    if (!isElementwise || op->getNumResults() != 1)
      return rewriter.notifyMatchFailure(op, "not lane by lane");
    SmallVector<Type> types;
    if (failed(
            getTypeConverter()->convertType(op->getResult(0).getType(), types)))
      return failure();
    SmallVector<Value> parts;
    for (auto [i, type] : llvm::enumerate(types)) {
      SmallVector<Value> own;
      for (ValueRange all : operands)
        own.push_back(all.size() == 1 ? all.front() : all[i]);
      OperationState state(op->getLoc(), op->getName(), own, {type},
                           op->getAttrs());
      parts.push_back(rewriter.create(state)->getResult(0));
    }
    rewriter.replaceOpWithMultiple(op, {parts});
    return success();
  }
};

VectorType partOf(Type type) { return registerOf(cast<VectorType>(type)); }

Value splat(OpBuilder &b, Location loc, VectorType type, Attribute value) {
  return arith::ConstantOp::create(b, loc, type,
                                   DenseElementsAttr::get(type, value));
}

struct SplitConstant : OpConversionPattern<arith::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto elements = cast<DenseElementsAttr>(op.getValue());
    if (!elements.isSplat())
      return op.emitError("expected a splat");
    VectorType part = partOf(op.getType());
    Value v =
        splat(rewriter, op.getLoc(), part, elements.getSplatValue<Attribute>());
    rewriter.replaceOpWithMultiple(
        op, {SmallVector<Value>(
                elements.getNumElements() / part.getNumElements(), v)});
    return success();
  }
};

struct SplitLaneId : OpConversionPattern<tpc::LaneIdOp> {
  SplitLaneId(const TypeConverter &converter, MLIRContext *ctx, Order order)
      : OpConversionPattern(converter, ctx), order(order) {}

  LogicalResult
  matchAndRewrite(tpc::LaneIdOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    VectorType part = partOf(op.getType());
    int64_t lanes = part.getNumElements(),
            n = cast<VectorType>(op.getType()).getNumElements() / lanes;
    Location loc = op.getLoc();
    auto number = [&](int64_t v) {
      return splat(rewriter, loc, part, rewriter.getI32IntegerAttr(v));
    };
    Value lane = tpc::LaneIdOp::create(rewriter, loc, part);
    if (order == Order::interleaved)
      lane = arith::MulIOp::create(rewriter, loc, lane, number(n));
    SmallVector<Value> parts = {lane};
    for (int64_t i = 1; i < n; ++i)
      parts.push_back(arith::AddIOp::create(
          rewriter, loc, lane, number(order == Order::linear ? i * lanes : i)));
    rewriter.replaceOpWithMultiple(op, {parts});
    return success();
  }
  Order order;
};

/// The coordinate some elements behind another along dimension 0.
Value advance(OpBuilder &b, Location loc, Value coord, int64_t elements) {
  if (!elements)
    return coord;
  auto op = coord.getDefiningOp<tpc::CoordOp>();
  SmallVector<Value> coords(op.getCoords());
  Value step = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(elements));
  if (coords.empty())
    coords.push_back(step);
  else
    coords[0] = arith::AddIOp::create(b, loc, coords[0], step);
  return tpc::CoordOp::create(b, loc, coord.getType(), coords);
}

struct SplitLoad : OpConversionPattern<tpc::LdOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tpc::LdOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<VectorType>(op.getType());
    VectorType part = registerOf(type);
    SmallVector<Value> parts;
    for (int64_t at = 0; at < type.getNumElements();
         at += part.getNumElements())
      parts.push_back(
          tpc::LdOp::create(rewriter, op.getLoc(), part, op.getTensor(),
                            advance(rewriter, op.getLoc(), op.getCoord(), at)));
    rewriter.replaceOpWithMultiple(op, {parts});
    return success();
  }
};

struct SplitStore : OpConversionPattern<tpc::StOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tpc::StOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ValueRange parts = adaptor.getValue();
    if (op.getCount()) // all lanes are equal
      parts = parts.take_front();
    int64_t at = 0;
    for (Value part : parts) {
      tpc::StOp::create(rewriter, op.getLoc(), part, op.getTensor(),
                        advance(rewriter, op.getLoc(), op.getCoord(), at),
                        op.getCount());
      at += cast<VectorType>(part.getType()).getNumElements();
    }
    rewriter.eraseOp(op);
    return success();
  }
};

struct SplitBroadcastLoad : OpConversionPattern<tpc::LdBcastOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tpc::LdBcastOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<VectorType>(op.getType());
    VectorType part = registerOf(type);
    Value v =
        tpc::LdBcastOp::create(rewriter, op.getLoc(), part, op.getAddress());
    SmallVector<Value> parts(type.getNumElements() / part.getNumElements(), v);
    rewriter.replaceOpWithMultiple(op, {parts});
    return success();
  }
};

struct SplitReduce : OpConversionPattern<tpc::ReduceOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tpc::ReduceOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    lc::BodyBuilder body(b);
    ValueRange parts = adaptor.getValue();
    Value total = parts[0];
    for (Value part : parts.drop_front())
      switch (op.getKind()) {
      case tpc::Reduction::add:
        total = body.add(total, part);
        break;
      case tpc::Reduction::mul:
        total = body.mul(total, part);
        break;
      case tpc::Reduction::max:
        total = body.max(total, part);
        break;
      case tpc::Reduction::min:
        total = body.min(total, part);
        break;
      }
    total = tpc::ReduceOp::create(b, total.getType(), op.getKind(), total);
    rewriter.replaceOpWithMultiple(op,
                                   {SmallVector<Value>(parts.size(), total)});
    return success();
  }
};

/// Between registers of different lanes.
template <typename Op, bool up>
struct SplitConversion : OpConversionPattern<Op> {
  using Adaptor = typename OpConversionPattern<Op>::OneToNOpAdaptor;
  SplitConversion(const TypeConverter &converter, MLIRContext *ctx, Order order)
      : OpConversionPattern<Op>(converter, ctx, /*benefit=*/2), order(order) {}

  LogicalResult
  matchAndRewrite(Op op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto from = cast<VectorType>(op.getIn().getType()),
         to = cast<VectorType>(op.getOut().getType());
    VectorType narrow = registerOf(up ? from : to),
               wide = registerOf(up ? to : from);
    int64_t n = narrow.getNumElements() / wide.getNumElements();
    if (n < 2)
      return rewriter.notifyMatchFailure(op, "lane by lane");
    ValueRange parts = adaptor.getIn();
    SmallVector<Value> results;
    if constexpr (up) {
      for (Value part : parts) {
        auto cvt = tpc::CvtUpOp::create(
            rewriter, op.getLoc(), SmallVector<Type>(n, wide), order, part);
        llvm::append_range(results, cvt.getResults());
      }
    } else {
      for (; !parts.empty(); parts = parts.drop_front(n))
        results.push_back(tpc::CvtDownOp::create(rewriter, op.getLoc(), narrow,
                                                 order, parts.take_front(n)));
    }
    rewriter.replaceOpWithMultiple(op, {results});
    return success();
  }
  Order order;
};

/// A mask as bytes or halves: by way of 32 bits, which masks select.
struct SplitMaskExtension : OpConversionPattern<arith::ExtUIOp> {
  SplitMaskExtension(const TypeConverter &converter, MLIRContext *ctx,
                     Order order)
      : OpConversionPattern(converter, ctx, /*benefit=*/3), order(order) {}

  LogicalResult
  matchAndRewrite(arith::ExtUIOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    VectorType narrow = partOf(op.getType());
    if (!getElementTypeOrSelf(op.getIn()).isInteger(1) ||
        narrow.getElementTypeBitWidth() >= 32)
      return rewriter.notifyMatchFailure(op, "not of a mask to less bits");
    auto wide = VectorType::get({lanesOf(rewriter.getI32Type())},
                                rewriter.getI32Type());
    SmallVector<Value> words;
    for (Value mask : adaptor.getIn())
      words.push_back(
          arith::ExtUIOp::create(rewriter, op.getLoc(), wide, mask));
    size_t n = narrow.getNumElements() / wide.getNumElements();
    SmallVector<Value> results;
    for (ArrayRef<Value> rest = words; !rest.empty(); rest = rest.drop_front(n))
      results.push_back(tpc::CvtDownOp::create(rewriter, op.getLoc(), narrow,
                                               order, rest.take_front(n)));
    rewriter.replaceOpWithMultiple(op, {results});
    return success();
  }
  Order order;
};

struct SplitTpcVectorsPass
    : lcompile::impl::SplitTpcVectorsBase<SplitTpcVectorsPass> {
  /// Interleaved when no access along dimension 0 has more than one register.
  static Order orderOf(tpc::KernelOp kernel) {
    bool linear = false;
    auto check = [&](Type type) {
      auto vector = cast<VectorType>(type);
      linear |= vector.getNumElements() != lanesOf(vector.getElementType());
    };
    kernel.walk([&](Operation *op) {
      if (auto load = dyn_cast<tpc::LdOp>(op))
        check(load.getType());
      else if (auto store = dyn_cast<tpc::StOp>(op); store && !store.getCount())
        check(store.getValue().getType());
    });
    return linear ? Order::linear : Order::interleaved;
  }

  void runOnOperation() override {
    MLIRContext *ctx = &getContext();
    Order order = orderOf(getOperation());
    Registers converter;
    ConversionTarget target(*ctx);
    RewritePatternSet patterns(ctx);
    patterns.add<SplitElementwise, SplitLoad, SplitStore, SplitBroadcastLoad,
                 SplitConstant, SplitReduce>(converter, ctx);
    patterns.add<SplitLaneId, SplitMaskExtension,
                 SplitConversion<arith::ExtFOp, true>,
                 SplitConversion<arith::TruncFOp, false>,
                 SplitConversion<arith::ExtUIOp, true>,
                 SplitConversion<arith::ExtSIOp, true>,
                 SplitConversion<arith::TruncIOp, false>>(converter, ctx,
                                                          order);
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                         target);
    auto isRegister = [](Type type) {
      auto vector = dyn_cast<VectorType>(type);
      return !vector || vector == registerOf(vector);
    };
    target.markUnknownOpDynamicallyLegal([&](Operation *op) {
      return llvm::all_of(op->getOperandTypes(), isRegister) &&
             llvm::all_of(op->getResultTypes(), isRegister);
    });
    if (failed(
            applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
