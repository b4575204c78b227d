// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How learning rates change from step to step.
#ifndef PASSES_2_TRAIN_SCHEDULE_H
#define PASSES_2_TRAIN_SCHEDULE_H

#include "dialects/lc/IR/TensorMath.h"
#include "llvm/Support/Error.h"

namespace lcompile {

/// A factor of all learning rates: pieces one after the other, as in
/// torch.optim.lr_scheduler.SequentialLR, "linear_warmup(100)+cosine(1000)".
/// With t the steps done since a piece began and N its length:
///
///   constant, constant(N)          1
///   linear_warmup(N)               t / N
///   linear(N, end=0)               from 1 to `end` (LinearLR)
///   cosine(N, end=0)               from 1 to `end` (CosineAnnealingLR)
///   step(N, gamma=0.1)             gamma^floor(t / N), without end (StepLR)
///   exponential(gamma)             gamma^t, without end (ExponentialLR)
///
/// After the last piece its last value stays. transformers'
/// get_X_schedule_with_warmup(w, n) is linear_warmup(w)+X(n - w).
class Schedule {
public:
  /// "": none, which is 1.
  static llvm::Expected<Schedule> parse(llvm::StringRef text);

  bool countsSteps() const { return !pieces.empty(); }
  /// Before the step that comes after `done` others (f64, of rank 0), in f64 as
  /// PyTorch; null when there is no schedule.
  mlir::Value factor(lc::TensorMath &m, mlir::Value done) const;

private:
  enum Kind { constant, linearWarmup, linear, cosine, step, exponential };
  struct Piece {
    Kind kind;
    double length = 0; // 0: without end
    double every = 0, gamma = 0, end = 0;
  };
  static llvm::Expected<Piece> parsePiece(llvm::StringRef text);
  static mlir::Value factor(lc::TensorMath &m, const Piece &piece,
                            mlir::Value done);

  llvm::SmallVector<Piece> pieces;
};

} // namespace lcompile

#endif // PASSES_2_TRAIN_SCHEDULE_H
