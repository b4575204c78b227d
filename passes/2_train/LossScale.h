// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Scaled losses, for gradients of few bits: torch.amp.GradScaler.
#ifndef PASSES_2_TRAIN_LOSSSCALE_H
#define PASSES_2_TRAIN_LOSSSCALE_H

#include "dialects/lc/IR/TensorMath.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/Error.h"

namespace lcompile {

/// The loss is multiplied by a number before gradients are taken, and they are
/// divided by it. When one of them is not finite, on any rank, the step updates
/// nothing. A dynamic scale is then halved; after 2000 good steps in a row it
/// is doubled. It is a state, `loss_scale`, and so is `growth_tracker`, the
/// number of good steps since it changed.
class LossScale {
public:
  /// "": none; "dynamic", from 65536; or a number.
  static llvm::Expected<LossScale> parse(llvm::StringRef text);

  bool isUsed() const { return scale != 0; }
  /// Adds the states; the scale, f32 of rank 0.
  mlir::Value begin(mlir::FunctionOpInterface function, lc::TensorMath &m);
  /// Whether all gradients (null ones aside) are finite, i1 of rank 0.
  mlir::Value areFinite(lc::TensorMath &m,
                        llvm::ArrayRef<mlir::Value> gradients) const;
  mlir::Value unscale(lc::TensorMath &m, mlir::Value gradient) const;
  /// Updates the states.
  void end(mlir::FunctionOpInterface function, lc::TensorMath &m,
           mlir::Value areFinite) const;

private:
  bool isDynamic = false;
  double scale = 0;
  mlir::Value current, tracker; // states, when it is dynamic
};

} // namespace lcompile

#endif // PASSES_2_TRAIN_LOSSSCALE_H
