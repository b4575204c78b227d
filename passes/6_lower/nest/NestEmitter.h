// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop-nest builder: emits a fused kernel of lc operations as loops.
//
// Emission is driven by demand. A value at a place (one affine expression a
// dimension over the loops' axes) is emitted by asking its operation, which
// asks its operands at places of their own; views only change the place, and a
// load happens where a kernel input is reached. Every piece of code is put into
// the outermost loop that it depends on.
#ifndef PASSES_6_LOWER_NEST_NESTEMITTER_H
#define PASSES_6_LOWER_NEST_NESTEMITTER_H

#include "dialects/lc/IR/LcOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/6_lower/nest/IndexMath.h"
#include "passes/6_lower/nest/NestTarget.h"
#include <map>

namespace lcompile::nest {

using Place = llvm::SmallVector<mlir::AffineExpr>;

/// A kernel to emit: a function with lc operations, and its memory.
struct Kernel {
  mlir::func::FuncOp function;            // tensors to tensors, one block
  llvm::SmallVector<mlir::Value> inputs;  // buffers, one an argument
  llvm::SmallVector<mlir::Value> outputs; // buffers, one a result
  llvm::SmallVector<lc::SymbolAttr> symbols;
  /// The value of symbol i, built at the kernel's start.
  std::function<mlir::Value(unsigned)> symbolValue;
  mlir::Value begin, end; // the part of the parallel loop to run
  /// Instead of a parallel loop, a grid of members: the first one to run in a
  /// dimension, and the one behind the last.
  std::function<std::pair<mlir::Value, mlir::Value>(unsigned)> box;
  /// Leaves the kernel when an index is out of range: (condition, position).
  std::function<void(mlir::ImplicitLocOpBuilder &, mlir::Value, mlir::Value)>
      failIf;
};

/// How a kernel was laid out.
struct Schedule {
  mlir::AffineExpr extent; // iterations of the parallel loop
  mlir::AffineExpr work;   // elements computed in one iteration
  llvm::SmallVector<mlir::AffineExpr> grid; // members, the innermost first
  bool flat = false; // tensors are seen as a row of their elements
};

class AttentionTile;

class NestEmitter : private NestIndices {
public:
  NestEmitter(Kernel kernel, NestTarget &target, mlir::OpBuilder &builder);

  /// Emits the whole kernel at the builder's place. Fails with a diagnostic
  /// when an operation has no emission.
  mlir::FailureOr<Schedule> emit();

private:
  /// Where code can go: the kernel's body or the body of a loop.
  struct Scope {
    mlir::Block *block = nullptr;
    int vectorAxis = -1;  // the axis whose lanes this loop handles at once
    mlir::Value mask;     // lanes that exist, null: all
    bool barrier = false; // code must not move out: it is guarded here
    std::map<std::pair<void *, std::vector<const void *>>, mlir::Value> values;
    llvm::DenseMap<mlir::AffineExpr, mlir::Value> indices, indexVectors;
  };

  /// A variable that places may use.
  struct Axis {
    mlir::Value value;   // the first lane, or a vector of numbers when `opaque`
    unsigned scope;      // index in the scope stack
    bool lanes = false;  // value, value + 1, ... in the lanes
    bool opaque = false; // a vector of unrelated numbers
    int gridDim = -1;    // runs over the members' elements in this dimension
    int64_t tile = 0;    // elements of a member
  };

  // ---- scopes (NestEmitter.cpp) --------------------------------------------
  unsigned addAxis(mlir::Value value, mlir::AffineExpr size, unsigned scope,
                   bool lanes = false, bool opaque = false);
  mlir::AffineExpr axis(unsigned i) { return mlir::getAffineDimExpr(i, ctx); }
  /// The innermost scope that the expressions need, not outside a guard.
  unsigned scopeOf(llvm::ArrayRef<mlir::AffineExpr> exprs);
  bool isVector(llvm::ArrayRef<mlir::AffineExpr> exprs) override;
  mlir::Value mask() const override;
  /// Runs `build` with code going to scope `depth`; inner scopes are set aside.
  template <typename Build> auto inScope(unsigned depth, Build build);
  void moveTo(const Scope &scope) { b.setInsertionPointToEnd(scope.block); }
  /// Runs `build` in a scope of its own at the builder's place.
  template <typename Build> auto withScope(Scope scope, Build build);
  mlir::AffineExpr simplified(mlir::AffineExpr expr) override {
    return nest::simplify(expr, bounds);
  }
  mlir::ImplicitLocOpBuilder &builder() override { return b; }
  std::optional<int64_t> laneStride(mlir::AffineExpr expr) override;
  std::optional<MemberRange> memberRange(mlir::AffineExpr expr) override;

  // ---- numbers (NestEmitter.cpp)
  mlir::Value indexConstant(int64_t value);
  mlir::Value index(mlir::AffineExpr expr) override;
  mlir::Value indexVector(mlir::AffineExpr expr) override;
  mlir::Value emitIndex(mlir::AffineExpr expr, bool vector);
  mlir::Value broadcast(mlir::Value scalar);
  /// A vector where the target computes in lanes only.
  mlir::Value computed(mlir::Value v) {
    return target.computesInLanes() ? broadcast(v) : v;
  }
  mlir::VectorType vectorOf(mlir::Type element);
  /// From memory to compute type and back.
  mlir::Value toCompute(mlir::Value v, mlir::Type element);
  mlir::Value toMemory(mlir::Value v, mlir::Type element);

  // ---- values (Emit*.cpp)
  /// The value at the place, in compute type: a vector when the place differs
  /// between lanes, else a scalar. Null after a diagnostic.
  mlir::Value eval(mlir::Value tensor, Place place);
  /// From here on `tensor` has this value at the place.
  void define(mlir::Value tensor, Place place, mlir::Value value);
  mlir::Value evalUncached(mlir::Value tensor,
                           llvm::ArrayRef<mlir::AffineExpr> place);
  /// `sizes` holds what the result refers to.
  MemoryPlace memoryPlace(mlir::Value buffer, mlir::RankedTensorType type,
                          llvm::ArrayRef<mlir::AffineExpr> place,
                          lc::Dims &sizes);
  mlir::Value load(mlir::Value buffer, mlir::RankedTensorType type,
                   llvm::ArrayRef<mlir::AffineExpr> place);
  void store(mlir::Value value, mlir::Value buffer, mlir::RankedTensorType type,
             llvm::ArrayRef<mlir::AffineExpr> place);
  mlir::Value elementwise(mlir::Operation *op,
                          llvm::ArrayRef<mlir::AffineExpr> place);
  mlir::Value iota(lc::IotaOp op, mlir::AffineExpr place);
  mlir::Value concat(lc::ConcatOp op, llvm::ArrayRef<mlir::AffineExpr> place);
  mlir::Value pad(lc::PadOp op, llvm::ArrayRef<mlir::AffineExpr> place);
  mlir::Value indexSelect(lc::IndexSelectOp op,
                          llvm::ArrayRef<mlir::AffineExpr> place);
  mlir::Value gather(lc::GatherOp op, llvm::ArrayRef<mlir::AffineExpr> place);
  mlir::Value dynamicSlice(lc::DynamicSliceOp op,
                           llvm::ArrayRef<mlir::AffineExpr> place);
  mlir::Value insertSlice(lc::InsertSliceOp op,
                          llvm::ArrayRef<mlir::AffineExpr> place);
  /// The place that an index from data points at, as a new axis; checked.
  mlir::AffineExpr dataIndex(mlir::Value indices,
                             llvm::ArrayRef<mlir::AffineExpr> place,
                             mlir::AffineExpr size, bool wrap);
  /// `inside` where the condition holds (numbers i1, scalar or vector), else
  /// `fill`; loads of `inside` happen only there.
  mlir::Value guarded(mlir::Value condition, mlir::Type compute, bool vector,
                      llvm::function_ref<mlir::Value()> inside,
                      llvm::function_ref<mlir::Value()> outside);
  /// low <= expr < high as i1, scalar or vector; null when always true.
  mlir::Value inRange(mlir::AffineExpr expr, mlir::AffineExpr low,
                      mlir::AffineExpr high);

  // ---- reductions (EmitReductions.cpp)
  struct Reduction {
    Combine kind;
    mlir::Type compute;
    /// Sizes of the reduced axes, outermost first.
    llvm::SmallVector<mlir::AffineExpr> sizes;
    /// The element for these reduced axes.
    std::function<mlir::Value(llvm::ArrayRef<mlir::AffineExpr>)> element;
  };
  mlir::Value reduce(const Reduction &reduction, bool vector);
  mlir::Value identity(Combine kind, mlir::Type type);
  mlir::Value combine(Combine kind, mlir::Value x, mlir::Value y);
  mlir::Value reduceOp(mlir::Operation *op,
                       llvm::ArrayRef<mlir::AffineExpr> place);
  /// What a reduction sums for a place of its result.
  Reduction describeReduction(mlir::Operation *op,
                              llvm::ArrayRef<mlir::AffineExpr> place);
  /// From the sum of all elements to the result: a mean divides.
  mlir::Value finishReduction(mlir::Operation *op, mlir::Value total);
  mlir::Value pool(mlir::Operation *op, llvm::ArrayRef<mlir::AffineExpr> place);
  mlir::Value argReduce(mlir::Operation *op,
                        llvm::ArrayRef<mlir::AffineExpr> place);
  /// The loops from `level` inwards; accumulators are carried through.
  llvm::SmallVector<mlir::Value>
  reduceLoops(const Reduction &reduction, Place &place,
              llvm::ArrayRef<mlir::Value> accumulators, bool lanes);
  llvm::SmallVector<mlir::Value>
  reduceLanes(const Reduction &reduction, Place &place,
              llvm::ArrayRef<mlir::Value> accumulators);

  // ---- columns (EmitColumns.cpp)
  /// True when all results reduce the same rows, and vectors run along columns.
  bool reducesColumns(llvm::ArrayRef<mlir::Value> roots, int inner);
  mlir::LogicalResult emitColumns(llvm::ArrayRef<mlir::Value> roots,
                                  Schedule &schedule);
  /// Reduces and stores all roots at all places, in one walk over the rows.
  void storeColumns(llvm::ArrayRef<mlir::Value> roots,
                    llvm::ArrayRef<Place> places);
  llvm::SmallVector<mlir::Value>
  reduceTogether(llvm::ArrayRef<Reduction> reductions, Place &place,
                 llvm::ArrayRef<mlir::Value> initial);
  llvm::SmallVector<mlir::Value>
  identities(llvm::ArrayRef<Reduction> reductions);

  // ---- contractions (EmitContractions.cpp)
  struct Contraction {
    mlir::Value result, bias;                    // null: not there
    llvm::SmallVector<mlir::AffineExpr> reduced; // sizes, outermost first
    unsigned sharedRhs =
        0; // dimensions before the last that the rhs does not see
    /// Operands' elements for a place of the result and of the reduced axes.
    std::function<mlir::Value(llvm::ArrayRef<mlir::AffineExpr>,
                              llvm::ArrayRef<mlir::AffineExpr>)>
        lhs, rhs;
  };
  Contraction describe(lc::MatmulOp op);
  Contraction describe(lc::ConvOp op);
  /// The kernel's contraction; one without a result when there is none.
  mlir::FailureOr<Contraction> findContraction();
  mlir::LogicalResult emitContraction(const Contraction &c, mlir::Value root,
                                      Schedule &schedule);
  /// All rows along dimension `row` (-1: there is but one) for `vectors`
  /// vectors of columns from `place` on, `rows` at once.
  void contractRows(const Contraction &c, mlir::Value root, Place place,
                    int64_t row, int64_t vectors, int64_t rows);
  void contractTile(const Contraction &c, mlir::Value root, Place place,
                    int64_t row, int64_t rows, int64_t vectors);

  // ---- attention (EmitAttention.cpp)
  friend class AttentionTile;
  mlir::LogicalResult emitAttention(lc::SdpaOp op, Schedule &schedule);

  // ---- interpolation (EmitResize.cpp)
  struct Corner {
    mlir::AffineExpr at;
    mlir::Value weight; // null: 1
  };
  llvm::SmallVector<Corner> cornersOf(lc::ResizeOp op, unsigned i,
                                      mlir::AffineExpr at,
                                      mlir::AffineExpr size);
  mlir::Value resize(lc::ResizeOp op, llvm::ArrayRef<mlir::AffineExpr> place);

  // ---- loops (EmitLoops.cpp)
  /// for (i = low; i < high; i += step) with values carried.
  llvm::SmallVector<mlir::Value>
  loop(mlir::Value low, mlir::Value high, mlir::Value step,
       llvm::ArrayRef<mlir::Value> carried,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                         mlir::ValueRange)>
           body);
  /// The loop that threads share: its iterations are the schedule's extent.
  void parallel(mlir::AffineExpr extent, Schedule &schedule,
                llvm::function_ref<void(mlir::AffineExpr)> body);
  /// The place of iteration `p` over all dimensions but `without` (-1: all), as
  /// axes: computed once an iteration.
  Place placeOf(mlir::AffineExpr p, llvm::ArrayRef<mlir::AffineExpr> sizes,
                int without);
  mlir::LogicalResult emitMap(llvm::ArrayRef<mlir::Value> roots,
                              Schedule &schedule);
  void failOnEmptyTables();
  bool flattens(llvm::ArrayRef<mlir::Value> roots);
  /// The loops over a member's part of the grid; `body` gets every place, lanes
  /// along dimension `inner` (-1: none).
  void overGrid(llvm::ArrayRef<mlir::AffineExpr> sizes, int inner,
                Schedule &schedule, llvm::function_ref<void(Place)> body);
  void innerLoop(mlir::AffineExpr size,
                 llvm::function_ref<void(mlir::AffineExpr)> body);

  // ---- lines (EmitScans.cpp)
  /// The parallel loop over all lines along `dim`; `body` gets what makes a
  /// place of one along the line.
  mlir::LogicalResult emitLines(
      llvm::ArrayRef<mlir::AffineExpr> sizes, unsigned dim, Schedule &schedule,
      llvm::function_ref<void(llvm::function_ref<Place(mlir::AffineExpr)>)>
          body);
  mlir::LogicalResult emitScan(mlir::Operation *op, Combine kind,
                               Schedule &schedule);
  mlir::LogicalResult emitPlaceScan(mlir::Operation *op, bool isMax,
                                    Schedule &schedule);
  mlir::LogicalResult emitArgsort(lc::ArgsortOp op, Schedule &schedule);
  mlir::LogicalResult emitScatter(lc::ScatterOp op, Schedule &schedule);

  Kernel kernel;
  NestTarget &target;
  mlir::ImplicitLocOpBuilder b;
  mlir::MLIRContext *ctx;
  llvm::SmallVector<std::unique_ptr<Scope>> scopes;
  llvm::SmallVector<Axis> axes;
  Bounds bounds;
  bool flat = false; // places have one expression, the row-major offset
  bool failed = false;
};

template <typename Build>
auto NestEmitter::inScope(unsigned depth, Build build) {
  llvm::SmallVector<std::unique_ptr<Scope>> inner;
  while (scopes.size() > depth + 1) {
    inner.push_back(std::move(scopes.back()));
    scopes.pop_back();
  }
  mlir::OpBuilder::InsertionGuard guard(b);
  moveTo(*scopes.back());
  auto result = build();
  while (!inner.empty()) {
    scopes.push_back(std::move(inner.back()));
    inner.pop_back();
  }
  return result;
}

template <typename Build>
auto NestEmitter::withScope(Scope scope, Build build) {
  scope.block = b.getInsertionBlock();
  scopes.push_back(std::make_unique<Scope>(std::move(scope)));
  auto result = build();
  scopes.pop_back();
  return result;
}

} // namespace lcompile::nest

#endif // PASSES_6_LOWER_NEST_NESTEMITTER_H
