// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How parameters change by their gradients: torch.optim's formulas.
#ifndef PASSES_2_TRAIN_OPTIMIZER_H
#define PASSES_2_TRAIN_OPTIMIZER_H

#include "dialects/lc/IR/TensorMath.h"
#include "llvm/Support/Error.h"
#include <string>

namespace lcompile {

/// An optimizer and its numbers, from "adamw,lr=1e-3,weight_decay=0.1".
class Optimizer {
public:
  /// Names and defaults are torch.optim's: sgd (lr, momentum, dampening,
  /// weight_decay, nesterov), adam and adamw (lr, beta1, beta2, eps,
  /// weight_decay); lamb has adam's (You et al., arXiv:1904.00962). `lr=input`
  /// makes the learning rate an input of each step, named "lr", and
  /// `lr=input:NAME` one of another name. All take clip_norm and clip_value, as
  /// torch.nn.utils clips gradients.
  static llvm::Expected<Optimizer> parse(llvm::StringRef text);
  /// The same with other numbers, for some of the parameters:
  /// "lr=1e-4,weight_decay=0".
  llvm::Expected<Optimizer> with(llvm::StringRef text) const;

  bool takesLearningRate() const { return !learningRate; }
  /// The name of that input.
  llvm::StringRef rateInput() const { return rateName; }
  /// Whether updates depend on how many there have been.
  bool countsSteps() const { return kind != sgd; }
  /// Names of the tensors that it keeps for each parameter, of its shape.
  llvm::ArrayRef<llvm::StringLiteral> states() const;

  /// Numbers of a step that all parameters share; tensors of rank 0.
  struct Step {
    mlir::Value rate;       // f64
    mlir::Value size;       // Adam: f64, the rate with its bias corrected
    mlir::Value correction; // LAMB: f64, of the first moment's bias alone
    mlir::Value rootBias;   // Adam: f64, the root of the second moment's bias
  };
  /// `given`: the rate where it is an input, f64; `factor`: of a schedule, f64,
  /// null without one; `count`: f64, the first step is 1.
  Step begin(lc::TensorMath &m, mlir::Value given, mlir::Value factor,
             mlir::Value count) const;
  /// The gradients of all parameters, limited; null ones stay.
  llvm::SmallVector<mlir::Value>
  clip(lc::TensorMath &m, llvm::ArrayRef<mlir::Value> gradients) const;
  /// The new parameter, then the new states.
  llvm::SmallVector<mlir::Value> update(lc::TensorMath &m, const Step &step,
                                        mlir::Value parameter,
                                        mlir::Value gradient,
                                        mlir::ValueRange states) const;

private:
  enum Kind { sgd, adam, adamw, lamb };

  llvm::Error set(llvm::StringRef option);
  llvm::Error check() const;
  llvm::StringRef name() const;

  llvm::SmallVector<mlir::Value> updateSgd(lc::TensorMath &m, const Step &step,
                                           mlir::Value p, mlir::Value g,
                                           mlir::ValueRange states) const;
  llvm::SmallVector<mlir::Value> updateAdam(lc::TensorMath &m, const Step &step,
                                            mlir::Value p, mlir::Value g,
                                            mlir::ValueRange states) const;
  /// How far LAMB goes along `change` for a parameter of this length.
  mlir::Value trust(lc::TensorMath &m, mlir::Value p, mlir::Value change) const;

  Kind kind = sgd;
  std::optional<double> learningRate;
  std::string rateName = "lr";
  double momentum = 0, dampening = 0, weightDecay = 0;
  double clipNorm = 0, clipValue = 0; // 0: not
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  bool nesterov = false;
};

} // namespace lcompile

#endif // PASSES_2_TRAIN_OPTIMIZER_H
