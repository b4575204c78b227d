// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes of stage 2, train: from a model to its training step.
#ifndef PASSES_2_TRAIN_PASSES_TD
#define PASSES_2_TRAIN_PASSES_TD

include "mlir/Pass/PassBase.td"

def TakeGradients : Pass<"lc-take-gradients", "mlir::func::FuncOp"> {
  let summary = "Give gradients of what a model computes";
  let description = [{
    For each output of floating point the function takes one more input, `grad_NAME`,
    the gradient with respect to that output; for each input and parameter of floating
    point it gives one more output, `grad_NAME`, the gradient with respect to it. Zero
    where there is no influence. Operations without a gradient are refused, all at once.

    ```mlir
    func.func @forward(%x) -> %y { %y = lc.exp %x }
    // becomes
    func.func @forward(%x, %grad_y) -> (%y, %grad_x) { %y = lc.exp %x; %grad_x = lc.mul %grad_y, %y }
    ```
  }];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

def TrainingStep : Pass<"lc-training-step", "mlir::func::FuncOp"> {
  let summary = "Make a training step of a function that gives a loss";
  let description = [{
    Trainable parameters become inputs, and outputs that update them in place; so do the
    tensors that the optimizer keeps for each (`NAME.exp_avg`, ...) and the number of
    steps done (`step`). The first output stays the loss.

    With `accumulate`, a step takes that many batches behind each other and loops over
    them. With `parameters`, updates are those of `NAME.master`, in f32. With `loss-scale`,
    a step with a gradient that is not finite updates nothing. Random numbers come from
    the state `random`, a seed and an offset.

    ```mlir
    func.func @forward(%x, %target) -> %loss { %w = lc.parameter "w" {trainable} ... }
    // becomes, with sgd
    func.func @forward(%x, %target, %w) -> (%loss, %new {lc.alias = 2}) {
      ...; %new = %w - rate * (gradient of %loss with respect to %w)
    }
    ```
  }];
  let options = [
    Option<"optimizer", "optimizer", "std::string", "",
           "What updates parameters: 'adamw,lr=1e-3' (passes/2_train/Optimizer.h)">,
    Option<"groups", "groups", "std::string", "",
           "Parameters with other numbers: '*.bias: weight_decay=0; head.*: frozen' (ParameterGroups.h)">,
    Option<"schedule", "schedule", "std::string", "",
           "Of the learning rates: 'linear_warmup(100)+cosine(1000)' (Schedule.h)">,
    Option<"accumulate", "accumulate", "int64_t", "1",
           "Batches whose gradients are added up for an update (MicroBatches.h)">,
    Option<"parameters", "parameters", "std::string", "",
           "bf16 or f16: what parameters are kept in, beside masters in f32; empty: as the model has them">,
    Option<"lossScale", "loss-scale", "std::string", "",
           "dynamic, or what the loss is multiplied by (LossScale.h)">,
    Option<"seed", "seed", "int64_t", "0",
           "Of random numbers, which dropout draws (RandomState.h)">
  ];
  let dependentDialects = ["lcompile::lc::LcDialect", "lcompile::zero::ZeroDialect",
                           "mlir::scf::SCFDialect", "mlir::arith::ArithDialect"];
}

def EarlyUpdates : Pass<"lc-early-updates", "mlir::func::FuncOp"> {
  let summary = "Update states as soon as their gradients are there";
  let description = [{
    What follows from a gradient (`zero.reduce_grad`) goes up to where the backward
    program has made it, and the state's old value has been read. A gradient's memory is
    free again behind that. What updates need beside gradients (the rates of a step)
    stands in front of the first of them.

    ```mlir
    %g = lc.matmul ...; %h = lc.matmul ...
    %r = zero.reduce_grad %g ...; %v = lc.sub %a, %r; %s = zero.reduce_grad %h ...; %w = lc.sub %b, %s
    // becomes
    %g = lc.matmul ...; %r = zero.reduce_grad %g ...; %v = lc.sub %a, %r
    %h = lc.matmul ...; %s = zero.reduce_grad %h ...; %w = lc.sub %b, %s
    ```
  }];
}

#endif // PASSES_2_TRAIN_PASSES_TD
