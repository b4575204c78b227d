// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lowers the program of the host to the LLVM dialect.
#include "passes/Passes.h"

#include "lcompile-c/Executable.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/TypeSwitch.h"

namespace lcompile {
#define GEN_PASS_DEF_CONVERTRTTOLLVM
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// The support code in the artefact (Artefact.h).
constexpr StringLiteral dispatchName = "lc_artefact_dispatch";
constexpr StringLiteral invokeName = "lc_artefact_invoke";
constexpr StringLiteral startName = "lc_artefact_start";
constexpr StringLiteral waitName = "lc_artefact_wait";
constexpr StringLiteral pollName = "lc_artefact_poll";

class Lowering {
public:
  Lowering(func::FuncOp function, ImplicitLocOpBuilder &b)
      : b(b), function(function), call(function.getArgument(0)),
        pointer(LLVM::LLVMPointerType::get(b.getContext())) {}

  void run() {
    SmallVector<Operation *> ops;
    function.walk([&](Operation *op) {
      if (isa<rt::RtDialect>(op->getDialect()))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      b.setInsertionPoint(op);
      b.setLoc(op->getLoc());
      Value result = lower(op);
      if (op->getNumResults())
        op->getResult(0).replaceAllUsesWith(result);
      op->erase();
    }
  }

private:
  Value lower(Operation *op) {
    return TypeSwitch<Operation *, Value>(op)
        .Case([&](rt::InputOp o) {
          return element(field(offsetof(lc_call_t, inputs), pointer),
                         o.getIndex(), pointer);
        })
        .Case([&](rt::OutputOp o) {
          return element(field(offsetof(lc_call_t, outputs), pointer),
                         o.getIndex(), pointer);
        })
        .Case([&](rt::ConstantOp o) {
          return element(field(offsetof(lc_call_t, constants), pointer),
                         o.getIndex(), pointer);
        })
        .Case([&](rt::SymbolOp o) {
          return element(field(offsetof(lc_call_t, symbols), pointer),
                         o.getIndex(), b.getI64Type());
        })
        .Case([&](rt::PlanOp o) {
          return element(field(offsetof(lc_call_t, plan), pointer),
                         o.getIndex(), b.getI64Type());
        })
        .Case([&](rt::ArenaOp o) {
          return at(field(offsetof(lc_call_t, arena), pointer), o.getOffset());
        })
        .Case([&](rt::OffsetOp o) { return at(o.getBuffer(), o.getBytes()); })
        .Case([&](rt::LoadOp o) {
          Type type = o.getType();
          if (!type.isInteger(1))
            return Value(LLVM::LoadOp::create(b, type, o.getBuffer()));
          Value byte = LLVM::LoadOp::create(b, b.getI8Type(), o.getBuffer());
          Value zero = LLVM::ConstantOp::create(b, b.getI8IntegerAttr(0));
          return Value(
              LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::ne, byte, zero));
        })
        .Case([&](rt::StoreOp o) {
          Value v = o.getValue();
          if (v.getType().isInteger(1))
            v = LLVM::ZExtOp::create(b, b.getI8Type(), v);
          LLVM::StoreOp::create(b, v, o.getBuffer());
          return Value();
        })
        .Case([&](rt::CopyOp o) {
          LLVM::MemcpyOp::create(b, o.getTo(), o.getFrom(), o.getBytes(),
                                 /*isVolatile=*/false);
          return Value();
        })
        .Case([&](rt::DispatchOp o) {
          // The callee is still a func.func: its address becomes a pointer
          // together with it.
          auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
              o, o.getKernelAttr());
          Value constant = func::ConstantOp::create(b, callee.getFunctionType(),
                                                    callee.getName());
          Value kernel =
              UnrealizedConversionCastOp::create(b, pointer, constant)
                  .getResult(0);
          test(LLVM::CallOp::create(b, TypeRange{b.getI32Type()}, dispatchName,
                                    ValueRange{call, i32(o.getId()), kernel,
                                               array(o.getBuffers()),
                                               o.getExtent(), o.getGrain()}));
          return Value();
        })
        .Case([&](rt::InvokeOp o) {
          test(LLVM::CallOp::create(b, TypeRange{b.getI32Type()}, invokeName,
                                    ValueRange{call, i32(o.getId()),
                                               i32(o.getOp()),
                                               array(o.getBuffers())}));
          return Value();
        })
        .Case([&](rt::StartOp o) {
          SmallVector<Value> all(o.getSources());
          llvm::append_range(all, o.getDestinations());
          Value scratch = o.getScratch();
          if (!scratch)
            scratch = LLVM::ZeroOp::create(b, pointer);
          all.push_back(scratch);
          test(LLVM::CallOp::create(b, TypeRange{b.getI32Type()}, startName,
                                    ValueRange{call, i32(o.getId()),
                                               i32(o.getCollective()),
                                               array(all)}));
          return Value();
        })
        .Case([&](rt::WaitOp o) {
          test(LLVM::CallOp::create(
              b, TypeRange{b.getI32Type()}, waitName,
              ValueRange{call, i32(o.getId()), i32(o.getCollective())}));
          return Value();
        })
        .Case([&](rt::PollOp) {
          test(LLVM::CallOp::create(b, TypeRange{b.getI32Type()}, pollName,
                                    ValueRange{call}));
          return Value();
        });
  }

  Value i32(int64_t value) {
    return LLVM::ConstantOp::create(b, b.getI32IntegerAttr(value));
  }
  Value field(size_t offset, Type type) {
    Value at = LLVM::GEPOp::create(b, pointer, b.getI8Type(), call,
                                   ArrayRef<LLVM::GEPArg>{int32_t(offset)});
    return LLVM::LoadOp::create(b, type, at);
  }
  Value element(Value array, int64_t index, Type type) {
    Value at = LLVM::GEPOp::create(b, pointer, type, array,
                                   ArrayRef<LLVM::GEPArg>{int32_t(index)});
    return LLVM::LoadOp::create(b, type, at);
  }
  Value at(Value base, Value bytes) {
    return LLVM::GEPOp::create(b, pointer, b.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{bytes});
  }

  /// The pointers as an array on the stack; one array serves all dispatches.
  Value array(ValueRange buffers) {
    if (!stack || capacity < buffers.size()) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(&function.front());
      capacity = std::max<size_t>(16, buffers.size());
      Value count = LLVM::ConstantOp::create(b, b.getI64IntegerAttr(capacity));
      stack = LLVM::AllocaOp::create(b, pointer, pointer, count, 8);
    }
    for (auto [i, buffer] : llvm::enumerate(buffers)) {
      Value slot = LLVM::GEPOp::create(b, pointer, pointer, stack,
                                       ArrayRef<LLVM::GEPArg>{int32_t(i)});
      LLVM::StoreOp::create(b, buffer, slot);
    }
    return stack;
  }

  /// Leaves the function with the status of `status` unless it is 0.
  void test(LLVM::CallOp status) {
    if (!leave) {
      leave = new Block;
      function.getBody().push_back(leave);
      Value code = leave->addArgument(b.getI32Type(), function.getLoc());
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToEnd(leave);
      func::ReturnOp::create(b, code);
    }
    Value code = status.getResult();
    Value good = LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::eq, code, i32(0));
    Block *block = b.getInsertionBlock();
    Block *rest = block->splitBlock(b.getInsertionPoint());
    b.setInsertionPointToEnd(block);
    cf::CondBranchOp::create(b, good, rest, ValueRange(), leave,
                             ValueRange{code});
    b.setInsertionPointToStart(rest);
  }

  ImplicitLocOpBuilder &b;
  func::FuncOp function;
  Value call, stack;
  size_t capacity = 0;
  LLVM::LLVMPointerType pointer;
  Block *leave = nullptr;
};

struct ConvertRtToLLVMPass
    : lcompile::impl::ConvertRtToLLVMBase<ConvertRtToLLVMPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    ImplicitLocOpBuilder b(module.getLoc(), OpBuilder(&getContext()));
    b.setInsertionPointToStart(module.getBody());
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    Type i32 = b.getI32Type(), i64 = b.getI64Type();
    auto declare = [&](StringRef name, ArrayRef<Type> types) {
      if (!module.lookupSymbol(name))
        LLVM::LLVMFuncOp::create(b, name,
                                 LLVM::LLVMFunctionType::get(i32, types));
    };
    declare(dispatchName, {pointer, i32, pointer, pointer, i64, i64});
    declare(invokeName, {pointer, i32, i32, pointer});
    declare(startName, {pointer, i32, i32, pointer});
    declare(waitName, {pointer, i32, i32});
    declare(pollName, {pointer});
    for (auto function : module.getOps<func::FuncOp>())
      if (function->hasAttr(rt::RtDialect::functionAttrName))
        Lowering(function, b).run();
  }
};

} // namespace
