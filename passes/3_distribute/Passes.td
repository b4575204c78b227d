// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Passes of stage 3, distribute: from the step of one rank to that of rank r of N.
#ifndef PASSES_3_DISTRIBUTE_PASSES_TD
#define PASSES_3_DISTRIBUTE_PASSES_TD

include "mlir/Pass/PassBase.td"

def DpInsert : Pass<"lc-dp-insert", "mlir::func::FuncOp"> {
  let summary = "Data parallelism: average gradients over the ranks";
  let description = [{
    Each rank has a batch of its own. Gradients become summands of their average over
    the ranks, one reduction a parameter, tied uses summed before; running statistics
    are those of rank 0, as in torch's DistributedDataParallel; sums of squares are
    shared out. With one rank, what stage 2 said about all ranks goes away.

    ```mlir
    %1 = zero.reduce_grad %0 into "w" : tensor<8xf32>
    // becomes
    %p = ccl.mark_partial %0 : tensor<8xf32>
    %1 = ccl.all_reduce %p {red = #ccl.red<avg>, names = ["w"]} : (tensor<8xf32>) -> tensor<8xf32>
    ```
  }];
  let options = [Option<"world", "world", "int64_t", "1", "Ranks that run the step together">];
  let dependentDialects = ["lcompile::ccl::CclDialect", "lcompile::lc::LcDialect"];
}

def Rematerialize : Pass<"lc-rematerialize", "mlir::func::FuncOp"> {
  let summary = "Compute activations again instead of keeping them";
  let description = [{
    Of the bytes that are alive where the most are, and needed behind that, all but the
    share `keep` are given up: those first that take the least time for their bytes.
    Where the backward program needs one, it is computed again from what was kept, with
    the same operations. `lc.fence` keeps both apart. Bits may differ in the end: kernels
    are others, and so is where they round or in which order they sum.

    ```mlir
    %a = lc.gelu %x                  // forward
    %d = lc.mul %g, %a               // backward
    // becomes
    %a = lc.gelu %x
    %y = lc.fence %x {site = 1 : i64}
    %b = lc.gelu %y
    %d = lc.mul %g, %b
    ```
  }];
  let options = [Option<"keep", "keep", "double", "1.0", "Share of the saved bytes that stays">];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}

def ZeroShard : Pass<"lc-zero-shard", "mlir::func::FuncOp"> {
  let summary = "ZeRO: ranks hold parts of states instead of copies";
  let description = [{
    Stage 1: what the optimizer keeps for parameters; each rank updates its part of
    them, and the parts of the new parameters are gathered. Stage 2: gradients too,
    which one step without accumulation does not keep anyway. Stage 3: parameters too;
    they are gathered where they are used. Parts have no padding: over all ranks they
    are exactly the whole.

    The update is computed on parts: slices move up through elementwise operations,
    until they meet states (which are parts), constants, or averages of gradients.

    ```mlir
    func.func @step(%m: tensor<8xf32> {lc.state = "optimizer"})
    // becomes, with 4 ranks
    func.func @step(%m: tensor<2xf32> {lc.state = "optimizer", lc.whole = tensor<8xf32>})
    ```
  }];
  let options = [Option<"stage", "stage", "unsigned", "0", "0, 1, 2 or 3">];
  let dependentDialects = ["lcompile::ccl::CclDialect", "lcompile::zero::ZeroDialect"];
}

def ReduceAlgebra : Pass<"lc-reduce-algebra", "mlir::func::FuncOp"> {
  let summary = "Fewer and smaller reductions";
  let description = [{
    A sum of which only the part is read is a reduce_scatter; the sum of two reduced
    values is one reduction of their sum. Reductions stand behind the last operation that
    makes one of their operands.

    ```mlir
    %1 = ccl.all_reduce %0 {...} : (tensor<8xf32>) -> tensor<8xf32>
    %2 = ccl.shard_slice %1 : (tensor<8xf32>) -> tensor<2xf32>
    // becomes
    %2 = ccl.reduce_scatter %0 {...} : (tensor<8xf32>) -> tensor<2xf32>
    ```
  }];
  let dependentDialects = ["lcompile::ccl::CclDialect"];
}

def UnshardPlacement : Pass<"lc-unshard-placement", "mlir::func::FuncOp"> {
  let summary = "Decide where sharded parameters are whole, and for how long";
  let description = [{
    A parameter is gathered just before its first use, given up behind the forward program,
    and gathered again for the backward one. With `spare`, as many bytes of parameters as
    possible stay whole in between instead, while what is alive anywhere stays within
    `spare` bytes of what is alive most without them: an exact optimum by dynamic
    programming, over an estimate of what is alive (Liveness.h).

    ```mlir
    %1 = zero.unshard %0 of "w" : tensor<2xf32> -> tensor<8xf32>
    // ... forward ...
    zero.release %1 : tensor<8xf32>
    // ...
    %2 = zero.unshard %0 of "w" : tensor<2xf32> -> tensor<8xf32>
    // ... backward ...
    ```
  }];
  let options = [Option<"spare", "spare", "int64_t", "-1",
                        "Bytes for parameters that are kept; less than 0: none is">];
  let dependentDialects = ["lcompile::zero::ZeroDialect"];
}

def LowerZero : Pass<"lc-lower-zero", "mlir::func::FuncOp"> {
  let summary = "Write sharded states as collectives and slices";
  let description = [{
    ```mlir
    %1 = zero.unshard %0 of "w" : tensor<2xf32> -> tensor<8xf32>
    // becomes
    %1 = ccl.all_gather %0 {names = ["w"]} : (tensor<2xf32>) -> tensor<8xf32>
    ```
  }];
  let dependentDialects = ["lcompile::ccl::CclDialect", "lcompile::lc::LcDialect"];
}

def BucketCollectives : Pass<"lc-bucket-collectives", "mlir::func::FuncOp"> {
  let summary = "Put collectives together until they are large enough";
  let description = [{
    Neighbours of one kind, type and reduction become one collective of several
    tensors, which is one message a peer, until it has `bytes` bytes. The bits do not
    change, since each element is reduced on its own. Gathers of updated parameters meet
    only when they wait for the same reduction.

    ```mlir
    %2 = ccl.all_reduce %0 {red = #ccl.red<avg>, names = ["v"]} : (tensor<8xf32>) -> tensor<8xf32>
    %3 = ccl.all_reduce %1 {red = #ccl.red<avg>, names = ["w"]} : (tensor<4xf32>) -> tensor<4xf32>
    // becomes
    %2:2 = ccl.all_reduce %0, %1 {red = #ccl.red<avg>, names = ["v", "w"]}
        : (tensor<8xf32>, tensor<4xf32>) -> (tensor<8xf32>, tensor<4xf32>)
    ```
  }];
  let options = [Option<"bytes", "bytes", "int64_t", "1 << 20",
                        "A collective of this many bytes is large enough; 0: each alone, -1: all in one">];
  let dependentDialects = ["lcompile::ccl::CclDialect"];
}

def ScheduleCollectives : Pass<"lc-schedule-collectives", "mlir::func::FuncOp"> {
  let summary = "Start collectives early and wait for them late";
  let description = [{
    Every collective becomes a start and a wait, adjacent without `overlap`. With it, a
    reduction is started as soon as its operands are there. What follows from it, the
    update of parameters and their gather, is done when it should have arrived, by an
    estimate from shapes (OperationCost.h) and `link-rate`, among the kernels that go on
    without it. Parameters that are gathered for use are started up to `prefetch` gathers
    ahead. All of it is decided by the program alone, so the order of starts is the same
    on all ranks; tickets count them.

    ```mlir
    %f = ccl.start all_gather %0 {names = ["w"], ticket = 1 : i64} : (tensor<2xf32>) -> !ccl.future<tensor<8xf32>>
    // ... kernels ...
    %1 = ccl.wait %f : !ccl.future<tensor<8xf32>> -> tensor<8xf32>
    ```
  }];
  let options = [
    Option<"overlap", "overlap", "bool", "true", "Let kernels run between start and wait">,
    Option<"prefetch", "prefetch", "unsigned", "1", "Gathers that may be started ahead of their use">,
    Option<"linkRate", "link-rate", "int64_t", "1000000000", "Bytes a second that a rank is expected to send">
  ];
  let dependentDialects = ["lcompile::ccl::CclDialect"];
}

#endif // PASSES_3_DISTRIBUTE_PASSES_TD
