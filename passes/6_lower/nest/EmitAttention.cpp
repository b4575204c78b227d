// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: attention without its scores in memory.
//
// A tile of query rows goes over the keys in blocks and keeps, for each row,
// the largest score so far, the sum of exponentials and the weighted sum of
// values; when a larger score comes, both sums are scaled down (online softmax:
// Milakov and Gimelshein 2018, Dao et al. 2022). Lanes run along keys for the
// scores and along the value's last dimension for the sums.
#include "passes/6_lower/nest/LinearTarget.h"
#include "passes/6_lower/nest/NestEmitter.h"

#include "dialects/lc/IR/BodyBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace lcompile::nest {

/// Vectors of keys in one block.
static constexpr int64_t blockVectors = 2;

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

namespace {

/// What one tile carries from block to block.
struct State {
  SmallVector<Value> largest; // a row: f32
  SmallVector<Value> sums;    // a row: lanes of partial sums of exponentials
  SmallVector<Value> values;  // rows by vectors of the result

  SmallVector<Value> packed() const {
    SmallVector<Value> all(largest);
    all.append(sums);
    all.append(values);
    return all;
  }
  static State unpacked(ValueRange all, size_t rows) {
    State state;
    state.largest.assign(all.begin(), all.begin() + rows);
    state.sums.assign(all.begin() + rows, all.begin() + 2 * rows);
    state.values.assign(all.begin() + 2 * rows, all.end());
    return state;
  }
};

} // namespace

/// Emits the tile of one (batch, head) whose rows are given.
class AttentionTile {
public:
  AttentionTile(NestEmitter &e, lc::SdpaOp op, AffineExpr batch,
                AffineExpr head, ArrayRef<AffineExpr> rows, Value scratch)
      : e(e), b(e.b), body(e.b), op(op), batch(batch), head(head), rows(rows),
        scratch(scratch), memory(*e.target.linear()), lanes(e.target.lanes()),
        depth(*lc::getConstant(lc::getDims(op.getQuery())[3])),
        width(*lc::getConstant(lc::getDims(op.getValue())[3])),
        vector(e.vectorOf(b.getF32Type())) {
    AffineExpr heads = lc::getDims(op.getQuery())[1],
               shared = lc::getDims(op.getKey())[1];
    AffineExpr group = lc::simplify(heads.floorDiv(shared));
    keyHead = lc::isConstant(group, 1) ? head : head.floorDiv(group);
  }

  /// `last`: keys from here on are not seen by any row.
  void emit(Value last) {
    int64_t block = blockVectors * lanes;
    State state;
    Value low = e.identity(Combine::max, b.getF32Type());
    Value zero = e.identity(Combine::sum, vector);
    state.largest.assign(rows.size(), low);
    state.sums.assign(rows.size(), zero);
    state.values.assign(rows.size() * vectorsOf(width), zero);
    AffineExpr keys = lc::getDims(op.getKey())[2];
    Value size = e.indexConstant(block);
    Value whole =
        arith::MulIOp::create(b, arith::DivUIOp::create(b, last, size), size);
    auto blocks = [&](Value from, Value to, int64_t vectors, bool partial) {
      auto next = e.loop(
          from, to, e.indexConstant(vectors * lanes), state.packed(),
          [&](Value iv, ValueRange carried) {
            NestEmitter::Scope scope;
            Value left;
            if (partial) {
              left = arith::SubIOp::create(b, last, iv);
              scope.mask =
                  arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                        laneNumbers(), e.broadcast(left));
            }
            return e.withScope(std::move(scope), [&] {
              unsigned first = e.addAxis(iv, keys, e.scopes.size() - 1);
              unsigned id =
                  e.addAxis(e.indexConstant(0), lc::constant(e.ctx, lanes),
                            e.scopes.size() - 1, /*lanes=*/true);
              e.scopes.back()->vectorAxis = id;
              return oneBlock(State::unpacked(carried, rows.size()),
                              e.axis(first) + e.axis(id), e.axis(first),
                              vectors, left)
                  .packed();
            });
          });
      state = State::unpacked(next, rows.size());
    };
    blocks(e.indexConstant(0), whole, blockVectors, false);
    blocks(whole, last, 1, true);
    finish(state);
  }

private:
  int64_t vectorsOf(int64_t size) const { return (size + lanes - 1) / lanes; }

  Value laneNumbers() {
    return e.indexVector(
        e.axis(e.addAxis(e.indexConstant(0), {}, 0, /*lanes=*/true)));
  }

  /// Scores of all rows for `vectors` vectors of keys.
  SmallVector<Value> scores(AffineExpr key, int64_t vectors) {
    SmallVector<Value> initial(rows.size() * vectors,
                               e.identity(Combine::sum, vector));
    auto sums = e.loop(
        e.indexConstant(0), e.indexConstant(depth), e.indexConstant(1), initial,
        [&](Value iv, ValueRange carried) {
          return e.withScope(NestEmitter::Scope(), [&] {
            AffineExpr d = e.axis(
                e.addAxis(iv, lc::constant(e.ctx, depth), e.scopes.size() - 1));
            SmallVector<Value> next(carried);
            for (int64_t v = 0; v < vectors; ++v) {
              Value right =
                  e.eval(op.getKey(), {batch, keyHead, key + v * lanes, d});
              for (size_t r = 0; r < rows.size() && right; ++r)
                if (Value left =
                        e.eval(op.getQuery(), {batch, head, rows[r], d})) {
                  Value &sum = next[r * vectors + v];
                  sum = body.multiplyAdd(e.broadcast(left), e.broadcast(right),
                                         sum);
                }
            }
            return next;
          });
        });
    Value scale = body.constantOf(vector, op.getScale().convertToDouble());
    Value hidden = e.identity(Combine::max, vector);
    for (size_t r = 0; r < rows.size(); ++r)
      for (int64_t v = 0; v < vectors; ++v) {
        Value &s = sums[r * vectors + v];
        s = body.mul(s, scale);
        if (op.getCausal())
          s = body.select(arith::CmpIOp::create(b, arith::CmpIPredicate::sle,
                                                e.indexVector(key + v * lanes),
                                                e.broadcast(e.index(rows[r]))),
                          s, hidden);
        if (op.getMask())
          s = masked(s, rows[r], key + v * lanes, hidden);
        if (Value exist = e.mask())
          s = body.select(exist, s, hidden);
      }
    return sums;
  }

  Value masked(Value score, AffineExpr row, AffineExpr key, Value hidden) {
    lc::Dims sizes = lc::getDims(op.getMask());
    AffineExpr at[] = {batch, head, row, key};
    Place place;
    for (auto [size, i] : llvm::zip_equal(sizes, at))
      place.push_back(lc::isConstant(size, 1) ? lc::constant(e.ctx, 0) : i);
    Value mask = e.eval(op.getMask(), place);
    if (!mask)
      return score;
    mask = e.broadcast(mask);
    if (getElementTypeOrSelf(mask).isInteger(1))
      return body.select(mask, score, hidden);
    return body.add(score, mask);
  }

  State oneBlock(State state, AffineExpr key, AffineExpr first, int64_t vectors,
                 Value left) {
    SmallVector<Value> s = scores(key, vectors);
    if (e.failed)
      return state;
    Value zero = body.constantOf(b.getF32Type(), 0);
    Value low = e.identity(Combine::max, b.getF32Type());
    for (size_t r = 0; r < rows.size(); ++r) {
      Value most = s[r * vectors];
      for (int64_t v = 1; v < vectors; ++v)
        most = body.max(most, s[r * vectors + v]);
      Value largest =
          body.max(state.largest[r], e.target.reduce(b, Combine::max, most));
      // Before the first visible key: exp(-inf - 0) is 0, exp(-inf + inf) is
      // not.
      Value base = body.select(body.equal(largest, low), zero, largest);
      Value fade = math::ExpOp::create(b, body.sub(state.largest[r], base));
      state.largest[r] = largest;
      state.sums[r] = body.mul(state.sums[r], e.broadcast(fade));
      for (int64_t v = 0; v < vectors; ++v) {
        Value p = math::ExpOp::create(
            b, body.sub(s[r * vectors + v], e.broadcast(base)));
        state.sums[r] = body.add(state.sums[r], p);
        memory.storeVector(b, p, scratch,
                           e.indexConstant((r * blockVectors + v) * lanes), {});
      }
      for (int64_t v = 0; v < vectorsOf(width); ++v) {
        Value &sum = state.values[r * vectorsOf(width) + v];
        sum = body.mul(sum, e.broadcast(fade));
      }
    }
    // Values, weighted.
    Value count = e.indexConstant(vectors * lanes);
    if (left)
      count = body.min(left, count);
    size_t n = rows.size(), wide = vectorsOf(width);
    auto sums = e.loop(
        e.indexConstant(0), count, e.indexConstant(1), state.values,
        [&](Value iv, ValueRange carried) {
          return columns([&](AffineExpr column) {
            SmallVector<Value> next(carried);
            AffineExpr k = e.axis(e.addAxis(
                iv, lc::constant(e.ctx, vectors * lanes), e.scopes.size() - 1));
            SmallVector<Value> right(wide);
            for (size_t v = 0; v < wide; ++v)
              right[v] = valueVector(first + k, column, v);
            for (size_t r = 0; r < n && !e.failed; ++r) {
              Value p = memory.loadScalar(
                  b, scratch, e.index(k + int64_t(r) * blockVectors * lanes),
                  b.getF32Type());
              for (size_t v = 0; v < wide; ++v) {
                Value &sum = next[r * wide + v];
                sum = body.multiplyAdd(e.broadcast(p), right[v], sum);
              }
            }
            return next;
          });
        });
    state.values = sums;
    return state;
  }

  /// Runs `build` in a scope whose lanes run along the result's last dimension.
  template <typename Build>
  auto columns(Build build) -> decltype(build(AffineExpr())) {
    NestEmitter::Scope scope;
    return e.withScope(std::move(scope), [&] {
      unsigned id = e.addAxis(e.indexConstant(0), lc::constant(e.ctx, lanes),
                              e.scopes.size() - 1, /*lanes=*/true);
      e.scopes.back()->vectorAxis = id;
      return build(e.axis(id));
    });
  }

  /// Lanes of vector `v` along the last dimension that exist; null: all.
  Value columnMask(int64_t v) {
    int64_t left = width - v * lanes;
    if (left >= lanes)
      return {};
    return arith::CmpIOp::create(b, arith::CmpIPredicate::slt, laneNumbers(),
                                 e.broadcast(e.indexConstant(left)));
  }

  Value valueVector(AffineExpr key, AffineExpr column, int64_t v) {
    e.scopes.back()->mask = columnMask(v);
    Value right =
        e.eval(op.getValue(), {batch, keyHead, key, column + v * lanes});
    e.scopes.back()->mask = {};
    return right ? e.broadcast(right) : right;
  }

  void finish(const State &state) {
    if (e.failed)
      return;
    int64_t wide = vectorsOf(width);
    columns([&](AffineExpr column) {
      Value zero = body.constantOf(b.getF32Type(), 0);
      for (size_t r = 0; r < rows.size(); ++r) {
        Value sum = e.target.reduce(b, Combine::sum, state.sums[r]);
        Value none = body.equal(sum, zero);
        Value factor = body.div(body.constantOf(b.getF32Type(), 1), sum);
        factor = body.select(none, zero, factor); // a row that sees no key is 0
        for (int64_t v = 0; v < wide; ++v) {
          e.scopes.back()->mask = columnMask(v);
          e.store(body.mul(state.values[r * wide + v], e.broadcast(factor)),
                  e.kernel.outputs[0], typeOf(op.getResult()),
                  {batch, head, rows[r], column + v * lanes});
        }
        e.scopes.back()->mask = {};
      }
      return 0;
    });
  }

  NestEmitter &e;
  ImplicitLocOpBuilder &b;
  lc::BodyBuilder body;
  lc::SdpaOp op;
  AffineExpr batch, head, keyHead;
  ArrayRef<AffineExpr> rows;
  Value scratch;
  LinearTarget &memory; // of the scratch
  int64_t lanes, depth, width;
  VectorType vector;
};

LogicalResult NestEmitter::emitAttention(lc::SdpaOp op, Schedule &schedule) {
  if (!target.linear())
    return op.emitError("attention has no code generation on this target");
  lc::Dims q = lc::getDims(op.getQuery()), k = lc::getDims(op.getKey());
  int64_t lanes = target.lanes();
  int64_t wide =
      (*lc::getConstant(lc::getDims(op.getValue())[3]) + lanes - 1) / lanes;
  // Sums of a tile in three quarters of the registers, but enough rows to be
  // worth loading a value for.
  int64_t most =
      std::clamp<int64_t>(target.vectorRegisters() * 3 / 4 / wide, 4, 8);
  std::optional<int64_t> known = lc::getConstant(q[2]);
  int64_t rows = known && *known > 0 ? std::min(most, *known) : most;
  AffineExpr tiles = lc::simplify(q[2].ceilDiv(rows));
  Value scratch = target.scratch(b, rows * blockVectors * lanes * 4);
  schedule.work = lc::simplify(k[2] * q[3] * rows);
  parallel(lc::simplify(q[0] * q[1] * tiles), schedule, [&](AffineExpr p) {
    auto own = [&](AffineExpr e, AffineExpr size) {
      return axis(addAxis(index(simplified(e)), size, scopes.size() - 1));
    };
    AffineExpr tile = own(p % tiles, tiles);
    AffineExpr rest = own(p.floorDiv(tiles), lc::simplify(q[0] * q[1]));
    AffineExpr head = own(rest % q[1], q[1]),
               batch = own(rest.floorDiv(q[1]), q[0]);
    SmallVector<AffineExpr> places;
    lc::BodyBuilder body(b);
    for (int64_t r = 0; r < rows; ++r) {
      AffineExpr row = tile * rows + r;
      // The last tile repeats the last row: it writes the same twice.
      if (!known || *known % rows)
        row = axis(addAxis(body.min(index(row), index(q[2] - 1)), q[2],
                           scopes.size() - 1));
      places.push_back(row);
    }
    Value last = index(k[2]);
    if (op.getCausal()) // keys behind the last row are hidden from all
      last = body.min(last, index(places.back() + 1));
    AttentionTile(*this, op, batch, head, places, scratch).emit(last);
  });
  return mlir::failure(failed);
}

} // namespace lcompile::nest
