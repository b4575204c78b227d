// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Emits the loops of cpu_codegen kernels.
#include "passes/6_lower/cpu/CpuNestTarget.h"
#include "passes/6_lower/nest/NestEmitter.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace lcompile {
#define GEN_PASS_DEF_GENERATECPUKERNELS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// The function that holds the code of `kernel`, with an empty body.
func::FuncOp makeCode(func::FuncOp kernel, OpBuilder &b) {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Type i64 = b.getI64Type();
  auto type = b.getFunctionType({pointer, pointer, i64, i64}, {i64});
  auto code = func::FuncOp::create(b, kernel.getLoc(),
                                   (kernel.getName() + "_code").str(), type);
  code.addEntryBlock();
  return code;
}

LogicalResult generate(func::FuncOp function, unsigned vectorBits) {
  OpBuilder b(function);
  func::FuncOp code = makeCode(function, b);
  Block &entry = code.front();
  b.setInsertionPointToStart(&entry);
  ImplicitLocOpBuilder lb(function.getLoc(), b);
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value buffers = entry.getArgument(0), symbols = entry.getArgument(1);

  auto fromArray = [&](Value array, int64_t i, Type type) -> Value {
    Value at = LLVM::GEPOp::create(lb, pointer, type, array,
                                   ArrayRef<LLVM::GEPArg>{int32_t(i)});
    return LLVM::LoadOp::create(lb, type, at);
  };
  nest::Kernel kernel;
  kernel.function = function;
  kernel.symbols = lc::getSymbols(function);
  unsigned inputs = function.getNumArguments();
  for (unsigned i = 0; i < inputs; ++i)
    kernel.inputs.push_back(fromArray(buffers, i, pointer));
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    kernel.outputs.push_back(fromArray(buffers, inputs + i, pointer));
  SmallVector<Value> symbolValues;
  for (unsigned i = 0; i < kernel.symbols.size(); ++i)
    symbolValues.push_back(fromArray(symbols, i, b.getI64Type()));
  kernel.symbolValue = [&](unsigned i) { return symbolValues[i]; };
  kernel.begin = entry.getArgument(2);
  kernel.end = entry.getArgument(3);

  // 0, or 1 + the position of an index that is out of range.
  Value status = LLVM::AllocaOp::create(
      lb, pointer, b.getI64Type(),
      LLVM::ConstantOp::create(lb, b.getI64IntegerAttr(1)), 8);
  Value zero = arith::ConstantOp::create(lb, b.getI64IntegerAttr(0));
  LLVM::StoreOp::create(lb, zero, status);
  kernel.failIf = [&](ImplicitLocOpBuilder &at, Value condition,
                      Value position) {
    scf::IfOp::create(at, condition, [&](OpBuilder &inner, Location loc) {
      Value one =
          arith::ConstantOp::create(inner, loc, inner.getI64IntegerAttr(1));
      Value next = arith::AddIOp::create(inner, loc, position, one);
      LLVM::StoreOp::create(inner, loc, next, status);
      scf::YieldOp::create(inner, loc);
    });
  };

  CpuNestTarget target(vectorBits);
  nest::NestEmitter emitter(std::move(kernel), target, b);
  FailureOr<nest::Schedule> schedule = emitter.emit();
  if (failed(schedule))
    return failure();
  b.setInsertionPointToEnd(&entry);
  Value result =
      LLVM::LoadOp::create(b, function.getLoc(), b.getI64Type(), status);
  func::ReturnOp::create(b, function.getLoc(), result);
  function->setAttr("kernel.extent",
                    lc::DimsAttr::get({schedule->extent}, b.getContext()));
  function->setAttr("kernel.work",
                    lc::DimsAttr::get({schedule->work}, b.getContext()));
  return success();
}

struct GenerateCpuKernelsPass
    : lcompile::impl::GenerateCpuKernelsBase<GenerateCpuKernelsPass> {
  using GenerateCpuKernelsBase::GenerateCpuKernelsBase;

  void runOnOperation() override {
    SmallVector<func::FuncOp> functions;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (kernel::getUnit(function) == kernel::Unit::cpu_codegen)
        functions.push_back(function);
    for (func::FuncOp function : functions)
      if (failed(generate(function, vectorBits)))
        return signalPassFailure();
  }
};

} // namespace
