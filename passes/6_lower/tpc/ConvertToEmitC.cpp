// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Turns kernels into functions of TPC-C.
#include "passes/6_lower/tpc/EmitCTypes.h"
#include "passes/Passes.h"

#include "mlir/Conversion/SCFToEmitC/SCFToEmitC.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"

namespace lcompile {
#define GEN_PASS_DEF_CONVERTTPCTOEMITC
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;
using tpc::nameOf;
using tpc::registerName;

namespace {

/// Builds the text of one operation's result from its converted operands.
struct Emit {
  ConversionPatternRewriter &b;
  Location loc;
  Type type; // of the result, converted; null without one

  Value call(const Twine &function, ValueRange operands) {
    auto op = emitc::CallOpaqueOp::create(
        b, loc, type ? TypeRange(type) : TypeRange(), function.str(), operands);
    return type ? op.getResult(0) : Value();
  }
  Value callOf(Type result, const Twine &function, ValueRange operands) {
    return Emit{b, loc, result}.call(function, operands);
  }
  Value literal(const Twine &text, Type of) {
    return emitc::LiteralOp::create(b, loc, of, text.str());
  }
  Value number(int64_t v) {
    return literal(Twine(v), tpc::intType(b.getContext()));
  }
  /// A switch of the language, by name.
  Value named(StringRef name) {
    return literal(name, tpc::intType(b.getContext()));
  }
  /// A register of a pair or quad that stands in a variable.
  Value member(Value variable, StringRef name) {
    Value place = emitc::MemberOp::create(b, loc, emitc::LValueType::get(type),
                                          b.getStringAttr(name), variable);
    return emitc::LoadOp::create(b, loc, type, place);
  }
  Value variable(Value v) {
    Value place =
        emitc::VariableOp::create(b, loc, emitc::LValueType::get(v.getType()),
                                  emitc::OpaqueAttr::get(b.getContext(), ""));
    emitc::AssignOp::create(b, loc, place, v);
    return place;
  }
};

template <typename Op> class To : public OpConversionPattern<Op> {
public:
  using Function = Value (*)(Emit &, Op, ValueRange);
  To(const TypeConverter &converter, MLIRContext *ctx, Function build)
      : OpConversionPattern<Op>(converter, ctx), build(build) {}

  LogicalResult
  matchAndRewrite(Op op, typename OpConversionPattern<Op>::OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type;
    if (op->getNumResults()) {
      type = this->getTypeConverter()->convertType(op->getResult(0).getType());
      if (!type)
        return rewriter.notifyMatchFailure(op, "has no type in TPC-C");
    }
    Emit emit{rewriter, op.getLoc(), type};
    Value v = build(emit, op, adaptor.getOperands());
    if (!op->getNumResults())
      rewriter.eraseOp(op);
    else if (v)
      rewriter.replaceOp(op, v);
    else
      return rewriter.notifyMatchFailure(op, "has no text in TPC-C");
    return success();
  }

private:
  Function build;
};

bool isVector(Value v) { return isa<VectorType>(v.getType()); }
bool isMask(Value v) {
  return isVector(v) && getElementTypeOrSelf(v).isInteger(1);
}

StringRef comparison(arith::CmpFPredicate predicate) {
  switch (predicate) {
  case arith::CmpFPredicate::OEQ:
    return "eq";
  case arith::CmpFPredicate::OLT:
    return "less";
  case arith::CmpFPredicate::OLE:
    return "leq";
  case arith::CmpFPredicate::OGT:
    return "grt";
  case arith::CmpFPredicate::OGE:
    return "geq";
  case arith::CmpFPredicate::UNE:
  case arith::CmpFPredicate::UNO: // of a value and itself
    return "neq";
  default:
    return "";
  }
}

StringRef comparison(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return "eq";
  case arith::CmpIPredicate::ne:
    return "neq";
  case arith::CmpIPredicate::slt:
  case arith::CmpIPredicate::ult:
    return "less";
  case arith::CmpIPredicate::sle:
  case arith::CmpIPredicate::ule:
    return "leq";
  case arith::CmpIPredicate::sgt:
  case arith::CmpIPredicate::ugt:
    return "grt";
  case arith::CmpIPredicate::sge:
  case arith::CmpIPredicate::uge:
    return "geq";
  }
  llvm_unreachable("not a comparison");
}

emitc::CmpPredicate scalarComparison(arith::CmpIPredicate predicate) {
  StringRef name = comparison(predicate);
  return llvm::StringSwitch<emitc::CmpPredicate>(name)
      .Case("eq", emitc::CmpPredicate::eq)
      .Case("neq", emitc::CmpPredicate::ne)
      .Case("less", emitc::CmpPredicate::lt)
      .Case("leq", emitc::CmpPredicate::le)
      .Case("grt", emitc::CmpPredicate::gt)
      .Default(emitc::CmpPredicate::ge);
}

/// The text of a constant; empty when there is none.
std::string constantText(TypedAttr value) {
  Attribute element = value;
  bool vector = false;
  if (auto elements = dyn_cast<DenseElementsAttr>(value)) {
    if (!elements.isSplat())
      return "";
    element = elements.getSplatValue<Attribute>();
    vector = true;
  }
  if (auto integer = dyn_cast<IntegerAttr>(element)) {
    if (integer.getType().isInteger(1))
      return vector ? "" : integer.getValue().getBoolValue() ? "true" : "false";
    llvm::SmallString<16> text;
    integer.getValue().toStringSigned(text);
    // The least number has no literal.
    return integer.getValue().isMinSignedValue() &&
                   integer.getType().isInteger(32)
               ? "(-2147483647 - 1)"
               : text.str().str();
  }
  auto real = dyn_cast<FloatAttr>(element);
  if (!real || !real.getType().isF32())
    return "";
  if (!real.getValue().isFinite()) { // by bits: there is no name for them
    std::string bits =
        std::to_string(real.getValue().bitcastToAPInt().getSExtValue());
    return vector ? "as_float64((int64)(" + bits + "))"
                  : "as_float(" + bits + ")";
  }
  llvm::SmallString<24> text;
  real.getValue().toString(text, /*FormatPrecision=*/9, /*FormatMaxPadding=*/0);
  if (text.str().find_first_of(".eE") == StringRef::npos)
    text += ".0";
  return (text + "f").str();
}

template <typename Op, typename To> Value binary(Emit &e, Op, ValueRange v) {
  return To::create(e.b, e.loc, e.type, v[0], v[1]);
}

/// Masks have `&` alone as an operator.
template <typename Op, typename Scalar>
Value bitwise(Emit &e, Op op, ValueRange v, StringRef name) {
  if (!isMask(op.getLhs()))
    return Scalar::create(e.b, e.loc, e.type, v[0], v[1]);
  Type all = emitc::OpaqueType::get(e.b.getContext(), "bool256");
  Value x = e.callOf(all, "from_bool64", v[0]),
        y = e.callOf(all, "from_bool64", v[1]);
  return e.call("to_bool64", e.callOf(all, "v_i1_" + name + "_b", {x, y}));
}

template <typename Op> Value nearby(Emit &e, ValueRange v, StringRef rounding) {
  return e.call("v_f32_nearbyint_b", {v[0], e.named(rounding)});
}

/// Registers of a pair or quad.
constexpr StringLiteral partNames[] = {"v1", "v2", "v3", "v4"};

class CvtUp : public OpConversionPattern<tpc::CvtUpOp> {
public:
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tpc::CvtUpOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type wide = getElementTypeOrSelf(op.getResult(0).getType()),
         narrow = getElementTypeOrSelf(op.getValue().getType());
    Emit e{rewriter, op.getLoc(),
           getTypeConverter()->convertType(op.getResult(0).getType())};
    unsigned n = op.getNumResults();
    Type group = tpc::groupType(wide, n);
    Value all;
    if (op.getOrder() == tpc::Order::interleaved && narrow.isBF16())
      all = e.callOf(group, "v_convert_bf16_to_f32_all_b", adaptor.getValue());
    else
      all = e.callOf(group,
                     "convert_" + registerName(narrow) + "_to_" +
                         tpc::groupName(wide, n),
                     {adaptor.getValue(), e.named("SW_LINEAR")});
    all = e.variable(all);
    SmallVector<Value> parts;
    for (unsigned i = 0; i < n; ++i)
      parts.push_back(e.member(all, partNames[i]));
    rewriter.replaceOp(op, parts);
    return success();
  }
};

class CvtDown : public OpConversionPattern<tpc::CvtDownOp> {
public:
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tpc::CvtDownOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type wide = getElementTypeOrSelf(op.getValues()[0].getType()),
         narrow = getElementTypeOrSelf(op.getType());
    Emit e{rewriter, op.getLoc(),
           getTypeConverter()->convertType(op.getType())};
    unsigned n = adaptor.getValues().size();
    // A helper of the kernel's preamble.
    Value all =
        e.callOf(tpc::groupType(wide, n), "join_" + tpc::groupName(wide, n),
                 adaptor.getValues());
    Value v;
    if (op.getOrder() == tpc::Order::interleaved && narrow.isBF16())
      v = e.call("v_convert_f32_to_bf16_all_b", all);
    else
      v = e.call("convert_" + tpc::groupName(wide, n) + "_to_" +
                     registerName(narrow),
                 {all, e.named("SW_LINEAR")});
    rewriter.replaceOp(op, v);
    return success();
  }
};

class Kernel : public OpConversionPattern<tpc::KernelOp> {
public:
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(tpc::KernelOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TypeConverter::SignatureConversion signature(op.getNumArguments());
    if (failed(getTypeConverter()->convertSignatureArgs(op.getArgumentTypes(),
                                                        signature)))
      return failure();
    auto function = emitc::FuncOp::create(
        rewriter, op.getLoc(), op.getName(),
        rewriter.getFunctionType(signature.getConvertedTypes(), {}));
    function->setAttr(tpc::TpcDialect::kernelAttrName,
                      rewriter.getDictionaryAttr(
                          {rewriter.getNamedAttr("space", op.getSpace()),
                           rewriter.getNamedAttr("access", op.getAccess())}));
    if (op.getArgAttrsAttr())
      function.setArgAttrsAttr(op.getArgAttrsAttr());
    rewriter.inlineRegionBefore(op.getBody(), function.getBody(),
                                function.end());
    if (failed(rewriter.convertRegionTypes(&function.getBody(),
                                           *getTypeConverter(), &signature)))
      return failure();
    rewriter.eraseOp(op);
    return success();
  }
};

void addStructure(RewritePatternSet &set, const TypeConverter &types) {
  MLIRContext *ctx = set.getContext();
  set.add<Kernel, CvtUp, CvtDown>(types, ctx);
  set.add<To<tpc::ReturnOp>>(types, ctx,
                             [](Emit &e, tpc::ReturnOp, ValueRange) {
                               emitc::ReturnOp::create(e.b, e.loc, Value());
                               return Value();
                             });
  set.add<To<tpc::IndexOffsetOp>>(types, ctx,
                                  [](Emit &e, tpc::IndexOffsetOp, ValueRange) {
                                    return e.call("get_index_space_offset", {});
                                  });
  set.add<To<tpc::IndexSizeOp>>(types, ctx,
                                [](Emit &e, tpc::IndexSizeOp, ValueRange) {
                                  return e.call("get_index_space_size", {});
                                });
  set.add<To<tpc::CoordGetOp>>(
      types, ctx, [](Emit &e, tpc::CoordGetOp op, ValueRange v) -> Value {
        Value place = emitc::SubscriptOp::create(e.b, e.loc,
                                                 emitc::LValueType::get(e.type),
                                                 v[0], e.number(op.getDim()));
        return emitc::LoadOp::create(e.b, e.loc, e.type, place);
      });
  set.add<To<tpc::CoordOp>>(types, ctx,
                            [](Emit &e, tpc::CoordOp op, ValueRange v) {
                              return e.call("at" + Twine(v.size()), v);
                            });
}

void addMemory(RewritePatternSet &set, const TypeConverter &types) {
  MLIRContext *ctx = set.getContext();
  set.add<To<tpc::LdOp>>(types, ctx, [](Emit &e, tpc::LdOp op, ValueRange v) {
    return e.call("v_" + nameOf(op.getType()) + "_ld_tnsr_b", {v[1], v[0]});
  });
  set.add<To<tpc::StOp>>(types, ctx, [](Emit &e, tpc::StOp op, ValueRange v) {
    std::string name = "v_" + nameOf(op.getValue().getType()) + "_st_tnsr";
    if (!op.getCount())
      return e.call(name, {v[2], v[1], v[0]});
    Value last =
        emitc::SubOp::create(e.b, e.loc, v[3].getType(), v[3], e.number(1));
    return e.call(name + "_partial", {v[2], v[1], v[0], last, e.number(0)});
  });
  set.add<To<tpc::AddrOp>>(types, ctx,
                           [](Emit &e, tpc::AddrOp op, ValueRange v) {
                             return e.call("gen_addr", {v[1], v[0]});
                           });
  set.add<To<tpc::LdScalarOp>>(
      types, ctx, [](Emit &e, tpc::LdScalarOp op, ValueRange v) {
        return e.call("s_" + nameOf(op.getType()) + "_ld_g", v);
      });
  set.add<To<tpc::LdBcastOp>>(
      types, ctx, [](Emit &e, tpc::LdBcastOp op, ValueRange v) {
        return e.call("v_" + nameOf(op.getType()) + "_ld_g", v);
      });
}

void addVectors(RewritePatternSet &set, const TypeConverter &types) {
  MLIRContext *ctx = set.getContext();
  set.add<To<tpc::SpecialOp>>(
      types, ctx, [](Emit &e, tpc::SpecialOp op, ValueRange v) {
        return e.call("v_" + tpc::stringifyFunction(op.getFunction()) + "_f32",
                      v);
      });
  set.add<To<tpc::ReduceOp>>(
      types, ctx, [](Emit &e, tpc::ReduceOp op, ValueRange v) {
        return e.call("v_" + nameOf(op.getType()) + "_reduce_" +
                          tpc::stringifyReduction(op.getKind()),
                      v);
      });
  set.add<To<tpc::LaneIdOp>>(
      types, ctx, [](Emit &e, tpc::LaneIdOp, ValueRange) {
        return e.literal("((int64)V_LANE_ID_32)", e.type);
      });
  set.add<To<vector::BroadcastOp>>(
      types, ctx, [](Emit &e, vector::BroadcastOp op, ValueRange v) -> Value {
        return emitc::CastOp::create(e.b, e.loc, e.type, v[0]);
      });
  set.add<To<arith::ConstantOp>>(
      types, ctx, [](Emit &e, arith::ConstantOp op, ValueRange) -> Value {
        std::string text = constantText(op.getValue());
        return text.empty() ? Value() : e.literal(text, e.type);
      });
}

void addConversions(RewritePatternSet &set, const TypeConverter &types) {
  MLIRContext *ctx = set.getContext();
  set.add<To<arith::SIToFPOp>>(
      types, ctx, [](Emit &e, arith::SIToFPOp op, ValueRange v) {
        return e.call(isVector(op.getIn()) ? "v_convert_i32_to_f32_b"
                                           : "s_convert_i32_to_f32",
                      v);
      });
  set.add<To<arith::FPToSIOp>>(
      types, ctx, [](Emit &e, arith::FPToSIOp op, ValueRange v) {
        return e.call(isVector(op.getIn()) ? "v_convert_f32_to_i32_b"
                                           : "s_convert_f32_to_i32",
                      {v[0], e.named("SW_RZ")});
      });
  set.add<To<arith::ExtUIOp>>( // of a mask
      types, ctx, [](Emit &e, arith::ExtUIOp op, ValueRange v) -> Value {
        if (!isMask(op.getIn()))
          return {};
        return e.call("v_i32_mov_vb",
                      {e.number(1), e.number(0), e.number(0), v[0]});
      });
  set.add<To<arith::BitcastOp>>(
      types, ctx, [](Emit &e, arith::BitcastOp op, ValueRange v) {
        return e.call("as_" + registerName(getElementTypeOrSelf(op.getType())),
                      v);
      });
}

void addArithmetic(RewritePatternSet &set, const TypeConverter &types) {
  MLIRContext *ctx = set.getContext();
  set.add<To<arith::AddFOp>>(types, ctx, binary<arith::AddFOp, emitc::AddOp>);
  set.add<To<arith::SubFOp>>(types, ctx, binary<arith::SubFOp, emitc::SubOp>);
  set.add<To<arith::MulFOp>>(types, ctx, binary<arith::MulFOp, emitc::MulOp>);
  set.add<To<arith::AddIOp>>(types, ctx, binary<arith::AddIOp, emitc::AddOp>);
  set.add<To<arith::SubIOp>>(types, ctx, binary<arith::SubIOp, emitc::SubOp>);
  set.add<To<arith::MulIOp>>(types, ctx, binary<arith::MulIOp, emitc::MulOp>);
  set.add<To<arith::DivUIOp>>(types, ctx, binary<arith::DivUIOp, emitc::DivOp>);
  set.add<To<arith::RemUIOp>>(types, ctx, binary<arith::RemUIOp, emitc::RemOp>);
  set.add<To<arith::ShLIOp>>(types, ctx,
                             binary<arith::ShLIOp, emitc::BitwiseLeftShiftOp>);
  set.add<To<arith::ShRSIOp>>(
      types, ctx, binary<arith::ShRSIOp, emitc::BitwiseRightShiftOp>);
  set.add<To<arith::AndIOp>>(types, ctx,
                             binary<arith::AndIOp, emitc::BitwiseAndOp>);
  set.add<To<arith::OrIOp>>(
      types, ctx, [](Emit &e, arith::OrIOp op, ValueRange v) {
        return bitwise<arith::OrIOp, emitc::BitwiseOrOp>(e, op, v, "or");
      });
  set.add<To<arith::XOrIOp>>(
      types, ctx, [](Emit &e, arith::XOrIOp op, ValueRange v) {
        return bitwise<arith::XOrIOp, emitc::BitwiseXorOp>(e, op, v, "xor");
      });
  set.add<To<arith::NegFOp>>(
      types, ctx, [](Emit &e, arith::NegFOp, ValueRange v) -> Value {
        return emitc::UnaryMinusOp::create(e.b, e.loc, e.type, v[0]);
      });
  set.add<To<math::FmaOp>>(types, ctx, [](Emit &e, math::FmaOp, ValueRange v) {
    return e.call("v_f32_mac_b", v);
  });
  set.add<To<math::AbsFOp>>(types, ctx,
                            [](Emit &e, math::AbsFOp, ValueRange v) {
                              return e.call("v_f32_abs_b", v);
                            });
  set.add<To<math::AbsIOp>>(types, ctx,
                            [](Emit &e, math::AbsIOp, ValueRange v) {
                              return e.call("v_i32_abs_b", v);
                            });
  set.add<To<math::FloorOp>>(types, ctx,
                             [](Emit &e, math::FloorOp, ValueRange v) {
                               return nearby<math::FloorOp>(e, v, "SW_RD");
                             });
  set.add<To<math::CeilOp>>(types, ctx,
                            [](Emit &e, math::CeilOp, ValueRange v) {
                              return nearby<math::CeilOp>(e, v, "SW_RU");
                            });
  set.add<To<math::TruncOp>>(types, ctx,
                             [](Emit &e, math::TruncOp, ValueRange v) {
                               return nearby<math::TruncOp>(e, v, "SW_RZ");
                             });
  set.add<To<math::RoundEvenOp>>(
      types, ctx, [](Emit &e, math::RoundEvenOp, ValueRange v) {
        return nearby<math::RoundEvenOp>(e, v, "SW_RHNE");
      });
}

/// min and max of integers.
template <typename Op>
Value extreme(Emit &e, Op op, ValueRange v, StringRef name,
              emitc::CmpPredicate predicate) {
  if (isVector(op.getLhs()))
    return e.call("v_i32_" + name + "_b", v);
  Value first =
      emitc::CmpOp::create(e.b, e.loc, e.b.getI1Type(), predicate, v[0], v[1]);
  return emitc::ConditionalOp::create(e.b, e.loc, e.type, first, v[0], v[1]);
}

void addChoices(RewritePatternSet &set, const TypeConverter &types) {
  MLIRContext *ctx = set.getContext();
  set.add<To<arith::MinSIOp>>(
      types, ctx, [](Emit &e, arith::MinSIOp op, ValueRange v) {
        return extreme(e, op, v, "min", emitc::CmpPredicate::lt);
      });
  set.add<To<arith::MaxSIOp>>(
      types, ctx, [](Emit &e, arith::MaxSIOp op, ValueRange v) {
        return extreme(e, op, v, "max", emitc::CmpPredicate::gt);
      });
  set.add<To<arith::CmpFOp>>(
      types, ctx, [](Emit &e, arith::CmpFOp op, ValueRange v) -> Value {
        StringRef name = comparison(op.getPredicate());
        if (name.empty() || !isVector(op.getLhs()))
          return {};
        return e.call("v_f32_cmp_" + name + "_b", v);
      });
  set.add<To<arith::CmpIOp>>(
      types, ctx, [](Emit &e, arith::CmpIOp op, ValueRange v) -> Value {
        if (isVector(op.getLhs()))
          return e.call("v_i32_cmp_" + comparison(op.getPredicate()) + "_b", v);
        return emitc::CmpOp::create(e.b, e.loc, e.type,
                                    scalarComparison(op.getPredicate()), v[0],
                                    v[1]);
      });
  set.add<To<arith::SelectOp>>(
      types, ctx, [](Emit &e, arith::SelectOp op, ValueRange v) -> Value {
        if (!isVector(op.getCondition()))
          return emitc::ConditionalOp::create(e.b, e.loc, e.type, v[0], v[1],
                                              v[2]);
        // The operand where the mask is set, the income elsewhere.
        return e.call("v_" + nameOf(op.getType()) + "_mov_vb",
                      {v[1], e.number(0), v[2], v[0]});
      });
}

struct ConvertTpcToEmitCPass
    : lcompile::impl::ConvertTpcToEmitCBase<ConvertTpcToEmitCPass> {
  void runOnOperation() override {
    MLIRContext *ctx = &getContext();
    TypeConverter types;
    tpc::addTypeConversions(types);
    RewritePatternSet patterns(ctx);
    addStructure(patterns, types);
    addMemory(patterns, types);
    addVectors(patterns, types);
    addConversions(patterns, types);
    addArithmetic(patterns, types);
    addChoices(patterns, types);
    populateSCFToEmitCConversionPatterns(patterns, types);
    ConversionTarget target(*ctx);
    target.addLegalDialect<emitc::EmitCDialect>();
    target.addIllegalOp<tpc::KernelOp>();
    target.markUnknownOpDynamicallyLegal([](Operation *op) {
      return !op->getParentOfType<tpc::KernelOp>() &&
             !op->getParentOfType<emitc::FuncOp>();
    });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
