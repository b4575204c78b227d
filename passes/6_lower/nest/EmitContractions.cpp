// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: matrix products and convolutions over tiles of
// registers.
//
// A tile is some rows by some vectors of the result, kept in registers while
// the innermost loops run over the reduced axes: each step loads the vectors of
// the right operand once for all rows. Elementwise operations behind the
// contraction are applied to the tile before it is stored. Rows run along the
// last dimension but one that has more than one element, vectors along the
// last.
#include "passes/6_lower/nest/NestEmitter.h"

#include "dialects/lc/IR/BodyBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace lcompile::nest {

static RankedTensorType typeOf(Value v) {
  return cast<RankedTensorType>(v.getType());
}

NestEmitter::Contraction NestEmitter::describe(lc::MatmulOp op) {
  Contraction c;
  c.result = op.getResult();
  c.bias = op.getBias();
  lc::Dims lhs = lc::getDims(op.getLhs());
  c.reduced = {lhs[lhs.size() - (op.getTransposeA() ? 2 : 1)]};
  unsigned rhsRank = typeOf(op.getRhs()).getRank();
  c.sharedRhs = rhsRank == 2 ? lhs.size() - 1 : 1;
  c.lhs = [this, op](ArrayRef<AffineExpr> place,
                     ArrayRef<AffineExpr> k) mutable {
    Place source(place.drop_back());
    source.push_back(k[0]);
    if (op.getTransposeA())
      std::swap(source[source.size() - 1], source[source.size() - 2]);
    return eval(op.getLhs(), source);
  };
  c.rhs = [this, op, rhsRank](ArrayRef<AffineExpr> place,
                              ArrayRef<AffineExpr> k) mutable {
    Place source(rhsRank == 2 ? ArrayRef<AffineExpr>() : place.drop_back(2));
    source.push_back(k[0]);
    source.push_back(place.back());
    if (op.getTransposeB())
      std::swap(source[source.size() - 1], source[source.size() - 2]);
    return eval(op.getRhs(), source);
  };
  return c;
}

NestEmitter::Contraction NestEmitter::describe(lc::ConvOp op) {
  Contraction c;
  c.result = op.getResult();
  c.bias = op.getBias();
  lc::Dims weight = lc::getDims(op.getWeight());
  unsigned spatial = weight.size() - 2;
  c.sharedRhs = spatial + 1;
  for (unsigned i = 0; i < spatial; ++i)
    c.reduced.push_back(weight[2 + i]);
  c.reduced.push_back(weight[1]);
  AffineExpr perGroup =
      lc::simplify(weight[0].floorDiv(int64_t(op.getGroups())));
  AffineExpr channels = weight[1];
  c.lhs = [=, this](ArrayRef<AffineExpr> place,
                    ArrayRef<AffineExpr> k) mutable {
    Place source = {place[0]};
    for (unsigned i = 0; i < spatial; ++i)
      source.push_back(place[1 + i] * op.getStride()[i] +
                       k[i] * op.getDilation()[i]);
    AffineExpr channel = k[spatial];
    if (op.getGroups() != 1)
      channel = place.back().floorDiv(perGroup) * channels + channel;
    source.push_back(channel);
    return eval(op.getInput(), source);
  };
  c.rhs = [=, this](ArrayRef<AffineExpr> place,
                    ArrayRef<AffineExpr> k) mutable {
    Place source = {place.back(), k[spatial]};
    source.append(k.begin(), k.begin() + spatial);
    return eval(op.getWeight(), source);
  };
  return c;
}

FailureOr<NestEmitter::Contraction> NestEmitter::findContraction() {
  for (Operation &op : kernel.function.front()) {
    if (auto matmul = dyn_cast<lc::MatmulOp>(op))
      return describe(matmul);
    auto conv = dyn_cast<lc::ConvOp>(op);
    if (!conv)
      continue;
    if (!conv.getChannelsLast() ||
        llvm::any_of(conv.getPadLow(), [](int64_t p) { return p; }) ||
        llvm::any_of(conv.getPadHigh(), [](int64_t p) { return p; }))
      return conv.emitError("expected a convolution with its channels last and "
                            "without padding (lc-native-contractions)");
    return describe(conv);
  }
  return Contraction();
}

/// Rows of a tile: as many as registers hold beside the vectors of the right
/// operand, and so that no tile is much smaller than the others.
static int64_t rowsOf(AffineExpr size, int64_t most) {
  std::optional<int64_t> n = lc::getConstant(size);
  if (!n || *n == 0)
    return most;
  int64_t tiles = (*n + most - 1) / most;
  return (*n + tiles - 1) / tiles;
}

void NestEmitter::contractTile(const Contraction &c, Value root, Place place,
                               int64_t row, int64_t rows, int64_t vectors) {
  Type compute = lc::computeType(typeOf(c.result).getElementType());
  Type type = vectorOf(compute);
  auto at = [&](int64_t r, int64_t v) {
    Place full = place;
    if (row >= 0)
      full[row] = full[row] + r;
    full.back() = full.back() + v * int64_t(target.lanes());
    return full;
  };
  lc::BodyBuilder body(b);
  std::function<SmallVector<Value>(Place &, SmallVector<Value>)> accumulate =
      [&](Place &k, SmallVector<Value> sums) -> SmallVector<Value> {
    if (k.size() == c.reduced.size()) {
      for (int64_t v = 0; v < vectors; ++v) {
        Value right = c.rhs(at(0, v), k);
        for (int64_t r = 0; r < rows && right; ++r)
          if (Value left = c.lhs(at(r, v), k)) {
            Value &sum = sums[r * vectors + v];
            sum = body.multiplyAdd(broadcast(left), broadcast(right), sum);
          }
      }
      return sums;
    }
    AffineExpr size = c.reduced[k.size()];
    return loop(indexConstant(0), index(size), indexConstant(1), sums,
                [&](Value iv, ValueRange carried) {
                  return withScope(Scope(), [&] {
                    k.push_back(axis(addAxis(iv, size, scopes.size() - 1)));
                    auto next = accumulate(k, SmallVector<Value>(carried));
                    k.pop_back();
                    return next;
                  });
                });
  };
  Place k;
  SmallVector<Value> sums = accumulate(
      k, SmallVector<Value>(rows * vectors, identity(Combine::sum, type)));
  for (int64_t r = 0; r < rows && !failed; ++r)
    for (int64_t v = 0; v < vectors && !failed; ++v) {
      Place full = at(r, v);
      Value sum = sums[r * vectors + v];
      if (c.bias)
        if (Value bias = eval(c.bias, {full.back()}))
          sum = body.add(sum, broadcast(bias));
      define(c.result, full, sum);
      store(eval(root, full), kernel.outputs[0], typeOf(root), full);
    }
}

void NestEmitter::contractRows(const Contraction &c, Value root, Place place,
                               int64_t row, int64_t vectors, int64_t rows) {
  if (row < 0)
    return contractTile(c, root, place, row, 1, vectors);
  AffineExpr size = lc::getDims(c.result)[row];
  AffineExpr tiles = simplified(size.floorDiv(rows));
  auto over = [&](AffineExpr low, AffineExpr high, AffineExpr bound,
                  int64_t count) {
    loop(index(low), index(high), indexConstant(1), {},
         [&](Value iv, ValueRange) -> SmallVector<Value> {
           withScope(Scope(), [&] {
             place[row] = axis(addAxis(iv, bound, scopes.size() - 1)) * count;
             contractTile(c, root, place, row, count, vectors);
             return 0;
           });
           return {};
         });
  };
  if (!lc::isConstant(tiles, 0))
    over(lc::constant(ctx, 0), tiles, tiles, rows);
  AffineExpr done = simplified(tiles * rows);
  if (auto rest = lc::getConstant(simplified(size - done))) {
    if (*rest == 0)
      return;
    place[row] = done;
    return contractTile(c, root, place, row, *rest, vectors);
  }
  over(done, size, size, 1);
}

LogicalResult NestEmitter::emitContraction(const Contraction &c, Value root,
                                           Schedule &schedule) {
  constexpr int64_t vectors = 2;
  int64_t lanes = target.lanes(), panel = vectors * lanes;
  Type compute = lc::computeType(typeOf(c.result).getElementType());
  int64_t wide = std::max<int64_t>(compute.getIntOrFloatBitWidth() / 32, 1);
  int64_t registers = target.vectorRegisters() / wide;
  int64_t most = std::max<int64_t>((registers - vectors - 1) / vectors, 1);

  lc::Dims sizes = lc::getDims(c.result);
  int64_t last = sizes.size() - 1, row = -1;
  int64_t firstShared = last - c.sharedRhs;
  for (int64_t i = last - 1; i >= firstShared && row < 0; --i)
    if (!lc::isConstant(sizes[i], 1))
      row = i;
  AffineExpr columns = sizes[last];
  AffineExpr panels = simplified(columns.ceilDiv(panel));
  AffineExpr wholePanels = simplified(columns.floorDiv(panel));
  AffineExpr done = simplified(wholePanels * panel);
  int64_t rows = row < 0 ? 1 : rowsOf(sizes[row], most);

  // Iterations: what the right operand depends on outermost, then panels of it,
  // then the rows that read the same panel.
  SmallVector<std::pair<int64_t, AffineExpr>>
      loops; // (dimension, size); -1: panel
  for (int64_t i = 0; i < last; ++i) {
    if (i == firstShared)
      loops.push_back({-1, panels});
    if (i != row && !lc::isConstant(sizes[i], 1))
      loops.push_back({i, sizes[i]});
  }
  AffineExpr extent = lc::constant(ctx, 1), work = lc::constant(ctx, panel);
  for (auto &[dim, size] : loops)
    extent = extent * size;
  for (AffineExpr size : c.reduced)
    work = work * size;
  schedule.work = lc::simplify(row < 0 ? work : work * sizes[row]);

  parallel(lc::simplify(extent), schedule, [&](AffineExpr p) {
    Place place(sizes.size(), lc::constant(ctx, 0));
    AffineExpr rest = p, at;
    for (auto [i, entry] : llvm::reverse(llvm::enumerate(loops))) {
      auto [dim, size] = entry;
      AffineExpr mine = axis(addAxis(index(simplified(i ? rest % size : rest)),
                                     size, scopes.size() - 1));
      rest = rest.floorDiv(size);
      (dim < 0 ? at : place[dim]) = mine;
    }
    // One scope of vectors from `first` on; `left` columns are there, null:
    // enough.
    auto columnsFrom = [&](AffineExpr first, int64_t count, Value left) {
      Scope scope;
      if (left)
        scope.mask = arith::CmpIOp::create(
            b, arith::CmpIPredicate::slt,
            indexVector(axis(addAxis(indexConstant(0), {}, 0, /*lanes=*/true))),
            broadcast(left));
      withScope(std::move(scope), [&] {
        unsigned id = addAxis(indexConstant(0), lc::constant(ctx, lanes),
                              scopes.size() - 1, /*lanes=*/true);
        scopes.back()->vectorAxis = id;
        place[last] = first + axis(id);
        contractRows(c, root, place, row, count, rows);
        return 0;
      });
    };
    auto whole = [&] { columnsFrom(at * panel, vectors, {}); };
    auto part = [&] {
      loop(index(done), index(columns), indexConstant(lanes), {},
           [&](Value iv, ValueRange) -> SmallVector<Value> {
             withScope(Scope(), [&] {
               AffineExpr first = axis(addAxis(iv, columns, scopes.size() - 1));
               columnsFrom(first, 1,
                           arith::SubIOp::create(b, index(columns), iv));
               return 0;
             });
             return {};
           });
    };
    if (lc::isConstant(simplified(columns - done), 0))
      return whole();
    if (lc::isConstant(wholePanels, 0))
      return part();
    Value isWhole = arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                          index(at), index(wholePanels));
    auto branch = [&](function_ref<void()> build) {
      return [&, build](OpBuilder &, Location loc) {
        withScope(Scope(), [&] {
          build();
          return 0;
        });
        scf::YieldOp::create(b, loc);
      };
    };
    scf::IfOp::create(b, isWhole, branch(whole), branch(part));
  });
  return mlir::failure(failed);
}

} // namespace lcompile::nest
