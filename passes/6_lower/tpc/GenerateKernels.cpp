// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Emits the loops of tpc kernels.
#include "dialects/kernel/IR/KernelDialect.h"
#include "passes/6_lower/nest/NestEmitter.h"
#include "passes/6_lower/tpc/TpcNestTarget.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace lcompile {
#define GEN_PASS_DEF_GENERATETPCKERNELS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// Elements that a register holds of the narrowest element that is read or
/// written along dimension 0.
unsigned chunkOf(func::FuncOp function, const nest::NestTarget &target) {
  unsigned narrowest = 32;
  for (TypeRange types : {TypeRange(function.getArgumentTypes()),
                          TypeRange(function.getResultTypes())})
    for (Type type : types)
      narrowest =
          std::min(narrowest, target.memoryType(getElementTypeOrSelf(type))
                                  .getIntOrFloatBitWidth());
  return tpc::registerBits / narrowest;
}

class KernelBuilder {
public:
  explicit KernelBuilder(func::FuncOp function)
      : function(function), b(function),
        lanes(chunkOf(function, TpcNestTarget(0, 0))),
        tensors(function.getNumArguments() + function.getNumResults()),
        target(lanes, tensors) {}

  LogicalResult build() {
    kernel = makeKernel();
    if (!kernel)
      return failure();
    b.setInsertionPointToStart(&kernel.getBody().front());
    ImplicitLocOpBuilder lb(function.getLoc(), b);
    Value offset = tpc::IndexOffsetOp::create(lb),
          size = tpc::IndexSizeOp::create(lb);
    nest::Kernel nest;
    nest.function = function;
    nest.symbols = lc::getSymbols(function);
    for (unsigned i = 0; i < tensors; ++i)
      (i < function.getNumArguments() ? nest.inputs : nest.outputs)
          .push_back(kernel.getArgument(i));
    nest.symbolValue = [&](unsigned i) -> Value {
      return kernel.getArgument(tensors + i);
    };
    nest.box = [&](unsigned dim) -> std::pair<Value, Value> {
      Value first = tpc::CoordGetOp::create(lb, offset, dim);
      Value count = tpc::CoordGetOp::create(lb, size, dim);
      return {first, arith::AddIOp::create(lb, first, count)};
    };
    nest::NestEmitter emitter(std::move(nest), target, b);
    FailureOr<nest::Schedule> schedule = emitter.emit();
    if (failed(schedule))
      return failure();
    b.setInsertionPointToEnd(&kernel.getBody().front());
    tpc::ReturnOp::create(b, function.getLoc());
    describe(*schedule);
    return success();
  }

private:
  tpc::KernelOp makeKernel() {
    SmallVector<Type> types;
    for (TypeRange list : {TypeRange(function.getArgumentTypes()),
                           TypeRange(function.getResultTypes())})
      for (Type type : list) {
        auto tensor = cast<RankedTensorType>(type);
        Type element = target.memoryType(tensor.getElementType());
        if (!tpc::isElement(element) || tensor.getRank() > tpc::maxRank) {
          function.emitError("a kernel of this target cannot hold ") << type;
          return {};
        }
        types.push_back(tpc::TensorType::get(
            b.getContext(), element, std::max<int64_t>(tensor.getRank(), 1)));
      }
    types.append(lc::getSymbols(function).size(), b.getI32Type());
    auto op = tpc::KernelOp::create(
        b, function.getLoc(), (function.getName() + "_code").str(),
        b.getFunctionType(types, {}), lc::DimsAttr::get({}, b.getContext()),
        b.getArrayAttr({}), ArrayAttr(), ArrayAttr());
    Block &entry = op.getBody().emplaceBlock();
    for (Type type : types)
      entry.addArgument(type, function.getLoc());
    return op;
  }

  /// The index space, the patterns and the descriptors.
  void describe(const nest::Schedule &schedule) {
    kernel.setSpaceAttr(lc::DimsAttr::get(schedule.grid, b.getContext()));
    SmallVector<Attribute> access;
    SmallVector<Type> types(kernel.getArgumentTypes());
    for (unsigned i = 0; i < tensors; ++i) {
      auto type = cast<tpc::TensorType>(types[i]);
      lc::Dims sizes = sizesOf(i);
      if (schedule.flat)
        sizes = {lc::numElements(sizes, b.getContext())};
      std::reverse(sizes.begin(), sizes.end());
      if (sizes.empty())
        sizes = {lc::constant(b.getContext(), 1)};
      types[i] = tpc::TensorType::get(b.getContext(), type.getElementType(),
                                      sizes.size());
      kernel.getArgument(i).setType(types[i]);
      access.push_back(target.accessOf(b.getContext(), i, sizes.size()));
      kernel.setArgAttr(i, tpc::TpcDialect::sizesAttrName,
                        lc::DimsAttr::get(sizes, b.getContext()));
    }
    kernel.setAccessAttr(b.getArrayAttr(access));
    kernel.setFunctionType(b.getFunctionType(types, {}));
  }

  lc::Dims sizesOf(unsigned tensor) {
    unsigned inputs = function.getNumArguments();
    Type type = tensor < inputs ? function.getArgumentTypes()[tensor]
                                : function.getResultTypes()[tensor - inputs];
    return lc::getDims(cast<RankedTensorType>(type));
  }

  func::FuncOp function;
  OpBuilder b;
  unsigned lanes, tensors;
  TpcNestTarget target;
  tpc::KernelOp kernel;
};

struct GenerateTpcKernelsPass
    : lcompile::impl::GenerateTpcKernelsBase<GenerateTpcKernelsPass> {
  void runOnOperation() override {
    SmallVector<func::FuncOp> functions;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (kernel::getUnit(function) == kernel::Unit::tpc)
        functions.push_back(function);
    for (func::FuncOp function : functions)
      if (failed(KernelBuilder(function).build()))
        return signalPassFailure();
  }
};

} // namespace
