// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Turns loops over a counter into loops of a known number of rounds.
#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/Numbers.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace lcompile {
#define GEN_PASS_DEF_COUNTLOOPS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

using Predicate = arith::CmpIPredicate;

std::optional<int64_t> constantOf(Value v) {
  AffineExpr expr = lc::expressionOf(v);
  return expr ? lc::getConstant(expr) : std::nullopt;
}

/// The predicate of the operands the other way round.
Predicate mirrored(Predicate predicate) {
  switch (predicate) {
  case Predicate::slt:
    return Predicate::sgt;
  case Predicate::sle:
    return Predicate::sge;
  case Predicate::sgt:
    return Predicate::slt;
  case Predicate::sge:
    return Predicate::sle;
  default:
    return predicate;
  }
}

/// Rounds while `first`, `first + step`, ... are in that order with `bound`;
/// null when sizes do not say.
AffineExpr roundsWhile(AffineExpr first, int64_t step, Predicate predicate,
                       AffineExpr bound, ArrayRef<lc::SymbolAttr> symbols) {
  bool up = predicate == Predicate::slt || predicate == Predicate::sle;
  bool down = predicate == Predicate::sgt || predicate == Predicate::sge;
  if (!first || !bound || (up ? step <= 0 : !down || step >= 0))
    return {};
  // A comparison that a counter passes as long as it can count.
  if (lc::isConstant(bound, up ? INT64_MAX : INT64_MIN))
    return lc::constant(first.getContext(), INT64_MAX);
  AffineExpr way = up ? bound - first : first - bound;
  if (predicate == Predicate::sle || predicate == Predicate::sge)
    way = way + 1;
  way = lc::simplify(way);
  if (std::optional<int64_t> n = lc::getConstant(way))
    way = lc::constant(first.getContext(), std::max<int64_t>(*n, 0));
  else if (lc::boundsOf(way, symbols).min < 0)
    return {};
  return lc::simplify(way.ceilDiv(std::abs(step)));
}

/// A loop while counters are within bounds.
///
/// What the first region of scf.while is given are its states: state i begins
/// as operand i and goes on as yielded value i.
class Counting {
public:
  explicit Counting(scf::WhileOp loop)
      : loop(loop), yield(loop.getYieldOp()),
        symbols(lc::getSymbols(loop->getParentOfType<func::FuncOp>())) {}

  /// Whether the number of rounds is an expression of sizes.
  bool match() {
    auto forwarded = loop.getConditionOp().getArgs();
    for (Value v : forwarded) {
      auto state = dyn_cast<BlockArgument>(v);
      if (!state || state.getOwner() != loop.getBeforeBody())
        return false;
      shown.push_back(state.getArgNumber());
    }
    for (Operation &op : loop.getBeforeBody()->without_terminator())
      if (!isa<arith::CmpIOp, arith::AndIOp, arith::ConstantOp, lc::SizeOp,
               lc::ItemOp>(op))
        return false;
    return bound(loop.getConditionOp().getCondition()) && rounds &&
           !lc::isConstant(rounds, INT64_MAX);
  }

  void rewrite(PatternRewriter &rewriter) {
    ImplicitLocOpBuilder b(loop.getLoc(), rewriter);
    Value zero = arith::ConstantIntOp::create(b, 0, 64),
          one = arith::ConstantIntOp::create(b, 1, 64);
    Value count = lc::makeNumber(b, b.getLoc(), rounds);
    SmallVector<Value> inits;
    for (size_t i = 0; i < loop.getInits().size(); ++i)
      if (isCarried(i)) {
        carried.push_back(i);
        inits.push_back(loop.getInits()[i]);
      }
    auto fresh = scf::ForOp::create(b, zero, count, one, inits);
    b.setInsertionPointToStart(fresh.getBody());
    IRMapping map;
    for (auto [i, argument] : llvm::enumerate(loop.getAfterArguments()))
      map.map(argument, stateAt(b, shown[i], fresh.getInductionVar(),
                                fresh.getRegionIterArgs()));
    for (Operation &op : loop.getAfterBody()->without_terminator())
      b.clone(op, map);
    SmallVector<Value> next;
    for (size_t i : carried)
      next.push_back(map.lookupOrDefault(yield.getOperand(i)));
    if (fresh.getBody()->mightHaveTerminator())
      rewriter.eraseOp(fresh.getBody()->getTerminator());
    b.setInsertionPointToEnd(fresh.getBody());
    scf::YieldOp::create(b, next);
    b.setInsertionPointAfter(fresh);
    rewriter.replaceOp(loop, llvm::map_to_vector(shown, [&](size_t i) {
                         return stateAt(b, i, count, fresh.getResults());
                       }));
  }

private:
  /// By how much state `i` grows each round.
  std::optional<int64_t> stepOf(size_t i) {
    Operation *op = yield.getOperand(i).getDefiningOp();
    if (!isa_and_nonnull<arith::AddIOp, arith::SubIOp>(op))
      return std::nullopt;
    auto self = dyn_cast<BlockArgument>(op->getOperand(0));
    std::optional<int64_t> step = constantOf(op->getOperand(1));
    if (!step || !self || self.getOwner() != loop.getAfterBody() ||
        !self.getType().isInteger(64) || shown[self.getArgNumber()] != i)
      return std::nullopt;
    return isa<arith::SubIOp>(op) ? -*step : *step;
  }

  /// Rounds give it each other: no counter, nothing that only steers.
  bool isCarried(size_t i) {
    return !stepOf(i) && llvm::is_contained(shown, i);
  }

  /// Takes over what one comparison with a counter allows.
  bool limit(size_t counter, Predicate predicate, Value end) {
    std::optional<int64_t> step = stepOf(counter);
    if (!step)
      return false;
    AffineExpr n =
        roundsWhile(lc::expressionOf(loop.getInits()[counter]), *step,
                    predicate, lc::expressionOf(end), symbols);
    if (!n)
      return false;
    if (!rounds || lc::isConstant(rounds, INT64_MAX)) {
      rounds = n;
      return true;
    }
    if (lc::isConstant(n, INT64_MAX) || lc::provablyEqual(n, rounds))
      return true;
    std::optional<int64_t> x = lc::getConstant(n), y = lc::getConstant(rounds);
    if (x && y && *x < *y)
      rounds = n;
    return x && y;
  }

  /// Which state `v` is: before a round, or, yielded, after it.
  std::optional<size_t> stateOf(Value v, bool after) {
    if (!after) {
      auto state = dyn_cast<BlockArgument>(v);
      return state && state.getOwner() == loop.getBeforeBody()
                 ? std::optional<size_t>(state.getArgNumber())
                 : std::nullopt;
    }
    for (auto [i, next] : llvm::enumerate(yield.getOperands()))
      if (next == v)
        return i;
    return std::nullopt;
  }

  /// A comparison of a counter with something from outside.
  bool compare(arith::CmpIOp op, bool after) {
    Value lhs = op.getLhs(), rhs = op.getRhs();
    Predicate predicate = op.getPredicate();
    std::optional<size_t> counter = stateOf(lhs, after);
    if (!counter) {
      counter = stateOf(rhs, after);
      std::swap(lhs, rhs);
      predicate = mirrored(predicate);
    }
    return counter && limit(*counter, predicate, rhs);
  }

  /// The condition bounds the rounds, and does nothing else.
  bool bound(Value condition) {
    if (matchPattern(condition, m_One()))
      return true;
    if (auto both = condition.getDefiningOp<arith::AndIOp>())
      return bound(both.getLhs()) && bound(both.getRhs());
    if (auto op = condition.getDefiningOp<arith::CmpIOp>())
      return compare(op, /*after=*/false);
    std::optional<size_t> flag = stateOf(condition, /*after=*/false);
    if (!flag || llvm::is_contained(shown, *flag))
      return false;
    // A flag that each round sets for the next one. The first must be what the
    // comparison says of the first values.
    Value first = loop.getInits()[*flag], next = yield.getOperand(*flag);
    if (matchPattern(next, m_One()))
      return matchPattern(first, m_One());
    auto op = next.getDefiningOp<arith::CmpIOp>();
    if (!op || !compare(op, /*after=*/true))
      return false;
    if (matchPattern(first, m_One()))
      return lc::boundsOf(rounds, symbols).min >= 1;
    auto before = first.getDefiningOp<arith::CmpIOp>();
    return before && before.getPredicate() == op.getPredicate() &&
           isFirst(before.getLhs(), op.getLhs()) &&
           isFirst(before.getRhs(), op.getRhs());
  }

  /// Whether `before` is to the first round what `after` is to the next.
  bool isFirst(Value before, Value after) {
    std::optional<size_t> state = stateOf(after, /*after=*/true);
    return before == (state ? loop.getInits()[*state] : after);
  }

  /// State `i` when `round` rounds are over.
  Value stateAt(ImplicitLocOpBuilder &b, size_t i, Value round,
                ValueRange values) {
    auto it = llvm::find(carried, i);
    if (it != carried.end())
      return values[it - carried.begin()];
    Value step = arith::ConstantIntOp::create(b, *stepOf(i), 64);
    Value grown = arith::MulIOp::create(b, round, step);
    return arith::AddIOp::create(b, loop.getInits()[i], grown);
  }

  scf::WhileOp loop;
  scf::YieldOp yield;
  SmallVector<lc::SymbolAttr> symbols;
  SmallVector<size_t> shown;   // the state that each argument of a round is
  SmallVector<size_t> carried; // states that rounds give each other
  AffineExpr rounds;
};

struct CountLoop : OpRewritePattern<scf::WhileOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(scf::WhileOp loop,
                                PatternRewriter &rewriter) const override {
    Counting counting(loop);
    if (!counting.match())
      return failure();
    counting.rewrite(rewriter);
    return success();
  }
};

struct CountLoopsPass : lcompile::impl::CountLoopsBase<CountLoopsPass> {
  using CountLoopsBase::CountLoopsBase;

  void runOnOperation() override {
    // Where one loop ends, another may begin to count: numbers are folded on
    // the way.
    RewritePatternSet patterns(&getContext());
    patterns.add<CountLoop>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
