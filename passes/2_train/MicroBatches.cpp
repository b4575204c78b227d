// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradient accumulation: a batch in parts, one after the other.
#include "passes/2_train/MicroBatches.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/TensorMath.h"
#include "dialects/lc/IR/ViewBuilders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AttrTypeSubElements.h"

using namespace mlir;
using namespace lcompile;

namespace {

RankedTensorType typeOf(Value v) { return cast<RankedTensorType>(v.getType()); }

/// Makes the loop. What is computed so far is its body.
class MicroBatches {
public:
  MicroBatches(func::FuncOp function, int64_t count, ImplicitLocOpBuilder &b)
      : function(function), count(count), b(b), m(b),
        end(function.front().getTerminator()) {
    for (BlockArgument argument : function.getArguments())
      if (!attribute<StringAttr>(argument, lc::LcDialect::stateAttrName))
        data.push_back(argument);
    for (Operation &op : function.front().without_terminator())
      if (!isa<lc::ParameterOp>(op)) // those are no work
        program.push_back(&op);
  }

  LogicalResult run(MutableArrayRef<Value> gradients) {
    if (failed(checkOutputs()))
      return failure();
    widenSymbols();
    SmallVector<Value> yields, inits;
    addSum(end->getOperand(0), yields, inits);
    for (unsigned i = 1; i < end->getNumOperands(); ++i) {
      yields.push_back(end->getOperand(i));
      inits.push_back(updatedBy(i));
    }
    for (Value gradient : gradients)
      if (gradient)
        addSum(gradient, yields, inits);
    scf::ForOp loop = build(yields, inits);
    unsigned next = 0;
    auto take = [&](Value old) {
      return m.convert(loop.getResult(next++), getElementTypeOrSelf(old));
    };
    end->setOperand(0, take(end->getOperand(0)));
    for (unsigned i = 1; i < end->getNumOperands(); ++i)
      end->setOperand(i, loop.getResult(next++));
    for (Value &gradient : gradients)
      if (gradient)
        gradient = take(gradient);
    return success();
  }

private:
  template <typename Attr>
  Attr attribute(BlockArgument argument, StringRef name) {
    return function.getArgAttrOfType<Attr>(argument.getArgNumber(), name);
  }

  /// The input that output `i` updates; null when it is no update.
  BlockArgument updatedBy(unsigned i) {
    auto alias = function.getResultAttrOfType<IntegerAttr>(
        i, lc::LcDialect::aliasAttrName);
    return alias ? function.getArgument(alias.getInt()) : BlockArgument();
  }

  LogicalResult checkOutputs() {
    for (unsigned i = 1; i < end->getNumOperands(); ++i)
      if (!updatedBy(i))
        return function.emitError("cannot accumulate gradients: expected the "
                                  "loss as the only output, found output ")
               << i << ", which would be of one of the batches";
    return success();
  }

  /// A symbol that is the first dimension of an input counts all batches from
  /// here on.
  void widenSymbols() {
    SmallVector<lc::SymbolAttr> symbols = lc::getSymbols(function);
    SmallVector<AffineExpr> replacements;
    bool found = false;
    for (unsigned i = 0; i < symbols.size(); ++i) {
      AffineExpr symbol = getAffineSymbolExpr(i, b.getContext());
      bool isBatch = llvm::any_of(data, [&](Value v) {
        return typeOf(v).getRank() && lc::getDims(v)[0] == symbol;
      });
      replacements.push_back(isBatch ? symbol.floorDiv(count) : symbol);
      // (s / count) * count is s, but only here: s is a multiple.
      for (BlockArgument v : data)
        if (typeOf(v).getRank() && lc::getDims(v)[0] == symbol)
          batchSymbol[v] = symbol;
      if (!isBatch)
        continue;
      found = true;
      lc::SymbolAttr s = symbols[i];
      bool isBounded =
          s.getMax() <= std::numeric_limits<int64_t>::max() / count;
      symbols[i] = lc::SymbolAttr::get(
          b.getContext(), s.getName(), s.getMin() * count,
          isBounded ? s.getMax() * count : s.getMax(), s.getDivisor() * count);
    }
    if (!found)
      return;
    AttrTypeReplacer replacer;
    replacer.addReplacement([&](lc::DimsAttr dims) -> Attribute {
      SmallVector<AffineExpr> exprs;
      for (AffineExpr e : dims.getExprs())
        exprs.push_back(lc::simplify(e.replaceSymbols(replacements)));
      return lc::DimsAttr::get(exprs, b.getContext());
    });
    replacer.recursivelyReplaceElementsIn(function, /*replaceAttrs=*/true,
                                          /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
    function->setAttr(lc::LcDialect::symbolsAttrName,
                      b.getArrayAttr({symbols.begin(), symbols.end()}));
  }

  /// `v` of all batches, added up in f32 at least.
  void addSum(Value v, SmallVector<Value> &yields, SmallVector<Value> &inits) {
    Type element = typeOf(v).getElementType();
    if (element.getIntOrFloatBitWidth() < 32)
      element = b.getF32Type();
    yields.push_back(v);
    inits.push_back(m.full(0, lc::makeTensorType(lc::getDims(v), element)));
  }

  /// The batch of a round: what the body calls the input.
  Value slice(BlockArgument input, Value round) {
    RankedTensorType type = typeOf(input);
    lc::Dims dims = lc::getDims(input), all = dims;
    if (dims.empty()) { // numbers, one a batch
      dims.push_back(lc::constant(b.getContext(), 1));
      all = dims;
    }
    AffineExpr symbol = batchSymbol.lookup(input);
    all[0] = symbol ? symbol : lc::simplify(all[0] * count);
    auto wide = lc::makeTensorType(all, type.getElementType());
    input.setType(wide);
    Value start;
    if (std::optional<int64_t> size = lc::getConstant(dims[0])) {
      Value each = arith::ConstantOp::create(b, b.getI64IntegerAttr(*size));
      start = number(arith::MulIOp::create(b, round, each));
    } else {
      auto place = RankedTensorType::get({}, b.getI64Type());
      Value each = m.make<lc::SizeOp>(
          place, lc::DimsAttr::get({dims[0]}, b.getContext()));
      start = m.mul(number(round), each);
    }
    Value batch = lc::DynamicSliceOp::create(
        b, lc::makeTensorType(dims, type.getElementType()), input, start, 0);
    return type.getRank() ? batch : lc::reshape(b, b.getLoc(), batch, {});
  }

  Value number(Value scalar) {
    return lc::ScalarOp::create(b, RankedTensorType::get({}, scalar.getType()),
                                scalar);
  }

  scf::ForOp build(ArrayRef<Value> yields, ArrayRef<Value> inits) {
    auto constant = [&](int64_t n) -> Value {
      return arith::ConstantOp::create(b, b.getI64IntegerAttr(n));
    };
    auto loop =
        scf::ForOp::create(b, constant(0), constant(count), constant(1), inits);
    Block *body = loop.getBody();
    if (!body->empty())
      body->clear();
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(body);
    IRMapping map;
    for (BlockArgument input : data) {
      SmallVector<OpOperand *> uses;
      for (OpOperand &use : input.getUses())
        uses.push_back(&use);
      Value batch = slice(input, loop.getInductionVar());
      for (OpOperand *use : uses)
        use->set(batch);
      map.map(input, batch);
    }
    for (Operation *op : program)
      op->moveBefore(body, body->end());
    // What a batch updates, the next one sees.
    for (auto [init, argument] :
         llvm::zip_equal(inits, loop.getRegionIterArgs()))
      if (isa<BlockArgument>(init))
        for (OpOperand &use : llvm::make_early_inc_range(init.getUses()))
          if (loop->isProperAncestor(use.getOwner()))
            use.set(argument);
    b.setInsertionPointToEnd(body);
    SmallVector<Value> results;
    for (auto [yield, init, argument] :
         llvm::zip_equal(yields, inits, loop.getRegionIterArgs())) {
      Value v = map.lookupOrDefault(yield);
      if (!isa<BlockArgument>(init))
        v = m.add(argument, m.convert(v, typeOf(init).getElementType()));
      results.push_back(v);
    }
    scf::YieldOp::create(b, results);
    function.setType(b.getFunctionType(function.front().getArgumentTypes(),
                                       function.getResultTypes()));
    return loop;
  }

  func::FuncOp function;
  int64_t count;
  ImplicitLocOpBuilder &b;
  lc::TensorMath m;
  Operation *end;
  SmallVector<BlockArgument> data;
  llvm::SmallDenseMap<Value, AffineExpr> batchSymbol;
  SmallVector<Operation *> program;
};

} // namespace

LogicalResult lcompile::loopOverMicroBatches(func::FuncOp function,
                                             int64_t count,
                                             MutableArrayRef<Value> gradients,
                                             ImplicitLocOpBuilder &b) {
  return MicroBatches(function, count, b).run(gradients);
}
