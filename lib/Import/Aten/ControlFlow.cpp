// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Branches and loops of imported programs as scf.
#include "lib/Import/Aten/ProgramBuilder.h"

#include "dialects/lc/IR/Numbers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace lcompile::import {

/// Loops of at most this many iterations are unrolled when the number is known.
static constexpr int64_t unrollLimit = 32;

Value ProgramBuilder::carry(const Datum &d, Location loc) {
  if (d.isTensor() || d.isRuntimeScalar())
    return d.value();
  if (d.isBool())
    return arith::ConstantOp::create(b, loc, b.getBoolAttr(d.asBool()));
  if (d.isInt())
    return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(d.asInt()));
  if (d.isFloat())
    return arith::ConstantOp::create(b, loc, b.getF64FloatAttr(d.asFloat()));
  if (d.isSize())
    return lc::makeNumber(b, loc, d.size(ctx));
  return {};
}

/// Numbers, and tensors that hold one element.
static bool canSteer(const Datum &d) {
  if (!d.isTensor())
    return d.isNumber() || d.isSize() || d.isRuntimeScalar();
  auto type = cast<RankedTensorType>(d.value().getType());
  return type.hasStaticShape() && type.getNumElements() == 1;
}

/// The condition as an i1; tensors of other types are true when not zero.
static Value toCondition(OpBuilder &b, Value v, Location loc) {
  if (auto type = dyn_cast<RankedTensorType>(v.getType())) {
    if (type.getRank() != 0)
      v = lc::ReshapeOp::create(
          b, loc, RankedTensorType::get({}, type.getElementType()), v);
    if (!type.getElementType().isInteger(1))
      v = lc::ConvertOp::create(b, loc,
                                RankedTensorType::get({}, b.getI1Type()), v);
    return lc::ItemOp::create(b, loc, b.getI1Type(), v);
  }
  if (v.getType().isInteger(1))
    return v;
  if (isa<FloatType>(v.getType())) {
    Value zero =
        arith::ConstantOp::create(b, loc, b.getFloatAttr(v.getType(), 0));
    return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNE, v, zero);
  }
  Value zero =
      arith::ConstantOp::create(b, loc, b.getIntegerAttr(v.getType(), 0));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, v, zero);
}

/// Two data that are the same thing at compile time.
static bool same(const Datum &x, const Datum &y, MLIRContext *ctx) {
  if (x.isNone() && y.isNone())
    return true;
  if (x.isNumber() && y.isNumber() && x.isFloat() == y.isFloat() &&
      x.isBool() == y.isBool())
    return x.asFloat() == y.asFloat();
  if (x.isSize() && y.isSize())
    return lc::provablyEqual(x.size(ctx), y.size(ctx));
  if (x.isString() && y.isString())
    return x.text() == y.text();
  if (x.isDtype() && y.isDtype())
    return x.dtype() == y.dtype();
  if ((x.isTensor() && y.isTensor()) ||
      (x.isRuntimeScalar() && y.isRuntimeScalar()))
    return x.value() == y.value();
  if (x.isList() && y.isList() && x.list().size() == y.list().size()) {
    for (size_t i = 0; i < x.list().size(); ++i)
      if (!same(x.list()[i], y.list()[i], ctx))
        return false;
    return true;
  }
  return false;
}

Data ProgramBuilder::buildIf(const Datum &condition,
                             function_ref<Data()> thenBranch,
                             function_ref<Data()> elseBranch,
                             const ModelLocation &where) {
  if (condition.isNumber())
    return condition.asBool() ? thenBranch() : elseBranch();
  Location loc = location(where);
  Value flag = canSteer(condition) ? carry(condition, loc) : Value();
  if (!flag) {
    // Both branches are still read, so that all their operators are checked.
    Region scratch;
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&scratch);
    size_t count = thenBranch().size();
    elseBranch();
    if (!condition.isPoison())
      refuse("prim::If", where,
             "the condition is " + condition.describe() +
                 ", expected one element");
    return Data(count, Datum::poison());
  }
  flag = toCondition(b, flag, loc);

  Region thenRegion, elseRegion;
  auto fill = [&](Region &region, function_ref<Data()> branch) {
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&region);
    return branch();
  };
  Data yes = fill(thenRegion, thenBranch), no = fill(elseRegion, elseBranch);
  Data results(yes.size(), Datum::poison());
  if (yes.size() != no.size()) {
    refuse("prim::If", where, "the branches give different numbers of results");
    return results;
  }
  SmallVector<Value> thenValues, elseValues;
  SmallVector<size_t> dynamic;
  for (size_t i = 0; i < yes.size(); ++i) {
    if (yes[i].isPoison() || no[i].isPoison())
      continue;
    if (same(yes[i], no[i], ctx)) {
      results[i] = yes[i];
      continue;
    }
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&thenRegion.front());
    Value t = carry(yes[i], loc);
    b.setInsertionPointToEnd(&elseRegion.front());
    Value e = carry(no[i], loc);
    if (!t || !e || t.getType() != e.getType()) {
      refuse("prim::If", where,
             "the branches give " + yes[i].describe() + " and " +
                 no[i].describe() + " for result " + Twine(i) +
                 ", expected one type");
      continue;
    }
    thenValues.push_back(t);
    elseValues.push_back(e);
    dynamic.push_back(i);
  }
  if (!covered.issues.empty())
    return results;
  auto op = scf::IfOp::create(b, loc, TypeRange(ValueRange(thenValues)), flag,
                              /*withElseRegion=*/true);
  auto place = [&](Region &target, Region &source, ValueRange values) {
    target.takeBody(source);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&target.front());
    scf::YieldOp::create(b, loc, values);
  };
  place(op.getThenRegion(), thenRegion, thenValues);
  place(op.getElseRegion(), elseRegion, elseValues);
  for (auto [k, i] : llvm::enumerate(dynamic))
    results[i] = Value(op.getResult(k));
  return results;
}

Data ProgramBuilder::buildLoop(
    const Datum &trips, const Datum &condition, Data carried,
    function_ref<std::pair<Datum, Data>(Datum, Data)> body,
    const ModelLocation &where) {
  if (trips.isInt() && trips.asInt() <= unrollLimit && condition.isNumber()) {
    // Unrolled while the condition is known; a condition from data cannot be.
    bool go = condition.asBool(), known = true;
    Data current = carried;
    Block *block = b.getInsertionBlock();
    Operation *before = block->empty() ? nullptr : &block->back();
    for (int64_t i = 0; go && i < trips.asInt(); ++i) {
      auto [next, values] = body(Datum(i), current);
      current = std::move(values);
      if (next.isPoison())
        return Data(carried.size(), Datum::poison());
      known = next.isNumber();
      if (!known)
        break;
      go = next.asBool();
    }
    if (known)
      return current;
    while (!block->empty() && &block->back() != before)
      block->back().erase();
  }
  if (!canSteer(condition) || !canSteer(trips)) {
    // The body is still read, so that all its operators are checked.
    for (const Datum *d : {&condition, &trips})
      if (!d->isPoison() && !canSteer(*d))
        refuse("prim::Loop", where,
               "the condition or the number of iterations is " + d->describe() +
                   ", expected one element");
    Region scratch;
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&scratch);
    body(Datum::poison(), carried);
    return Data(carried.size(), Datum::poison());
  }
  // The loop carries its iteration and condition beside the user's values.
  Data all = {Datum(int64_t(0)), condition};
  all.insert(all.end(), carried.begin(), carried.end());
  auto check = [&](Data state) -> Datum {
    Location loc = location(where);
    Value go = toCondition(b, carry(state[1], loc), loc);
    Value limit = carry(trips, loc);
    Value more = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                       carry(state[0], loc), limit);
    return Value(arith::AndIOp::create(b, loc, go, more));
  };
  auto step = [&](Data state) {
    Location loc = location(where);
    Data own(state.begin() + 2, state.end());
    auto [next, values] = body(state[0], own);
    Value one = carry(Datum(int64_t(1)), loc);
    Value index = arith::AddIOp::create(b, loc, carry(state[0], loc), one);
    Data result = {Datum(index), next};
    if (!next.isPoison() && !next.isTensor())
      result[1] = toCondition(b, carry(next, loc), loc);
    result.insert(result.end(), values.begin(), values.end());
    return result;
  };
  Data results = buildWhile(std::move(all), check, step, where);
  return Data(results.begin() + 2, results.end());
}

Data ProgramBuilder::buildWhile(Data carried,
                                function_ref<Datum(Data)> condition,
                                function_ref<Data(Data)> body,
                                const ModelLocation &where) {
  Location loc = location(where);
  Data results(carried.size(), Datum::poison());
  SmallVector<Value> initial;
  SmallVector<size_t> dynamic;
  for (auto [i, d] : llvm::enumerate(carried)) {
    if (d.isPoison())
      continue;
    if (Value v = carry(d, loc)) {
      initial.push_back(v);
      dynamic.push_back(i);
    } else if (!d.isNone() && !d.isString() && !d.isDtype()) {
      refuse("prim::Loop", where,
             "value " + Twine(i) + " that the loop carries is " + d.describe() +
                 ", expected a tensor or number");
    }
  }
  TypeRange types{ValueRange(initial)};
  SmallVector<Location> locs(initial.size(), loc);
  auto op = scf::WhileOp::create(b, loc, types, initial);
  auto enter = [&](Region &region) {
    Block *block = b.createBlock(&region, {}, types, locs);
    Data state = carried;
    for (auto [k, i] : llvm::enumerate(dynamic))
      state[i] = Value(block->getArgument(k));
    return state;
  };
  {
    OpBuilder::InsertionGuard guard(b);
    Data state = enter(op.getBefore());
    Datum go = condition(state);
    if (Value flag = canSteer(go) ? carry(go, loc) : Value())
      scf::ConditionOp::create(b, loc, toCondition(b, flag, loc),
                               op.getBefore().front().getArguments());
    else if (!go.isPoison())
      refuse("prim::Loop", where,
             "the condition is " + go.describe() + ", expected one element");
  }
  {
    OpBuilder::InsertionGuard guard(b);
    ++random.loops;
    Data next = body(enter(op.getAfter()));
    --random.loops;
    SmallVector<Value> values;
    for (auto [k, i] : llvm::enumerate(dynamic)) {
      Value v = next[i].isPoison() ? Value() : carry(next[i], loc);
      if (v && v.getType() != initial[k].getType())
        refuse("prim::Loop", where,
               "value " + Twine(i) + " starts as " + carried[i].describe() +
                   " and becomes " + next[i].describe() +
                   ", expected one type");
      values.push_back(v);
    }
    for (auto [i, d] : llvm::enumerate(carried))
      if ((d.isNone() || d.isString() || d.isDtype()) && !next[i].isPoison() &&
          !same(d, next[i], ctx))
        refuse("prim::Loop", where,
               "value " + Twine(i) + " starts as " + d.describe() +
                   " and becomes " + next[i].describe() +
                   ", expected one type");
    if (covered.issues.empty())
      scf::YieldOp::create(b, loc, values);
  }
  for (auto [k, i] : llvm::enumerate(dynamic))
    results[i] = Value(op.getResult(k));
  for (auto [i, d] : llvm::enumerate(carried))
    if (d.isNone() || d.isString() || d.isDtype())
      results[i] = d;
  return results;
}

} // namespace lcompile::import
