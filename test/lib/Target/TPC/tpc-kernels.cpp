// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tpc-kernels: kernels of lc operations on standard input become texts, as JSON
// with what a launch needs. A tool of tests.
#include "dialects/tpc/IR/TpcDialect.h"
#include "lib/Register/Register.h"
#include "lib/Target/TPC/KernelText.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace lcompile;

static llvm::json::Array numbers(ArrayRef<AffineExpr> exprs) {
  llvm::json::Array list;
  for (AffineExpr expr : exprs)
    list.push_back(*lc::getConstant(expr));
  return list;
}

static llvm::json::Value ranges(tpc::AccessAttr access) {
  if (access.getRanges().empty())
    return nullptr;
  llvm::json::Array list;
  for (tpc::RangeAttr range : access.getRanges()) {
    llvm::json::Array one;
    one.push_back(range.getDim());
    one.push_back(range.getScale());
    for (AffineExpr bound : {range.getLow(), range.getHigh()})
      one.push_back(*lc::getConstant(bound));
    list.push_back(std::move(one));
  }
  return list;
}

static llvm::Expected<llvm::json::Value> describe(emitc::FuncOp kernel) {
  auto launch =
      kernel->getAttrOfType<DictionaryAttr>(tpc::TpcDialect::kernelAttrName);
  llvm::Expected<std::string> text = kernelText(kernel);
  if (!text)
    return text.takeError();
  llvm::json::Array tensors;
  for (auto [i, access] : llvm::enumerate(
           launch.getAs<ArrayAttr>("access").getAsRange<tpc::AccessAttr>())) {
    auto sizes = kernel.getArgAttrOfType<lc::DimsAttr>(
        i, tpc::TpcDialect::sizesAttrName);
    tensors.push_back(llvm::json::Object{{"sizes", numbers(sizes.getExprs())},
                                         {"access", ranges(access)}});
  }
  auto space = launch.getAs<lc::DimsAttr>("space");
  return llvm::json::Object{{"name", kernel.getName()},
                            {"text", *text},
                            {"space", numbers(space.getExprs())},
                            {"tensors", std::move(tensors)}};
}

static void build(PassManager &pm) {
  auto clean = [&] {
    pm.addNestedPass<tpc::KernelOp>(createCanonicalizerPass());
    pm.addNestedPass<tpc::KernelOp>(createCSEPass());
  };
  pm.addPass(createGenerateTpcKernels());
  clean();
  pm.addNestedPass<tpc::KernelOp>(createSplitTpcVectors());
  pm.addNestedPass<tpc::KernelOp>(createLegalizeTpcMath());
  clean();
  pm.addPass(createConvertTpcToEmitC());
  pm.addPass(createCSEPass());
}

int main() {
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext ctx(registry);
  auto input = llvm::MemoryBuffer::getSTDIN();
  auto module =
      parseSourceString<ModuleOp>((*input)->getBuffer(), ParserConfig(&ctx));
  PassManager pm(&ctx);
  build(pm);
  if (!module || failed(pm.run(*module)))
    return 1;
  llvm::json::Array all;
  for (auto kernel : module->getOps<emitc::FuncOp>()) {
    llvm::Expected<llvm::json::Value> one = describe(kernel);
    if (!one) {
      llvm::errs() << llvm::toString(one.takeError()) << '\n';
      return 1;
    }
    all.push_back(std::move(*one));
  }
  llvm::outs() << llvm::json::Value(std::move(all)) << '\n';
  return 0;
}
