// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Makes functions of kernel regions.
#include "passes/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/StringSet.h"

namespace lcompile {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "passes/Passes.h.inc"
} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {

/// The region as text without locations: equal text is equal meaning.
std::string signature(kernel::RegionOp region) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << static_cast<int>(region.getUnit()) << '\n';
  // The symbols' ranges steer code generation.
  if (auto function = region->getParentOfType<func::FuncOp>())
    os << function->getAttr(lc::LcDialect::symbolsAttrName) << '\n';
  for (Value input : region.getInputs())
    os << input.getType() << '\n';
  OpPrintingFlags flags;
  flags.useLocalScope();
  for (Operation &op : region.getBody().front())
    op.print(os, flags);
  return text;
}

/// "matmul_gelu": the operations that name a kernel.
std::string kernelName(kernel::RegionOp region) {
  SmallVector<StringRef> words;
  for (Operation &op : region.getBody().front().without_terminator()) {
    StringRef word = op.getName().stripDialect();
    static const llvm::StringSet<llvm::MallocAllocator> plain = {
        "expand", "reshape", "permute", "full", "slice", "constant"};
    if (!plain.contains(word) && !llvm::is_contained(words, word))
      words.push_back(word);
  }
  if (words.empty())
    return "copy";
  if (words.size() > 4)
    words.resize(4);
  return llvm::join(words, "_");
}

struct OutlineKernelsPass
    : lcompile::impl::OutlineKernelsBase<OutlineKernelsPass> {
  void runOnOperation() override {
    SymbolTable table(getOperation());
    llvm::StringMap<func::FuncOp> known;
    SmallVector<kernel::RegionOp> regions;
    getOperation().walk(
        [&](kernel::RegionOp region) { regions.push_back(region); });
    for (kernel::RegionOp region : regions) {
      func::FuncOp &callee = known[signature(region)];
      if (!callee)
        callee = outline(region, table);
      OpBuilder b(region);
      auto call =
          kernel::CallOp::create(b, region.getLoc(), region.getResultTypes(),
                                 callee.getName(), region.getInputs());
      region.replaceAllUsesWith(call.getResults());
      region.erase();
    }
  }

  func::FuncOp outline(kernel::RegionOp region, SymbolTable &table) {
    OpBuilder b(&getContext());
    auto type = b.getFunctionType(region.getInputs().getTypes(),
                                  region.getResultTypes());
    auto function =
        func::FuncOp::create(b, region.getLoc(), kernelName(region), type);
    function.setPrivate();
    function->setAttr(kernel::KernelDialect::unitAttrName,
                      kernel::UnitAttr::get(&getContext(), region.getUnit()));
    auto parent = region->getParentOfType<func::FuncOp>();
    if (Attribute symbols = parent->getAttr(lc::LcDialect::symbolsAttrName))
      function->setAttr(lc::LcDialect::symbolsAttrName, symbols);
    IRMapping map;
    region.getBody().cloneInto(&function.getBody(), map);
    Operation *yield = function.front().getTerminator();
    b.setInsertionPoint(yield);
    func::ReturnOp::create(b, yield->getLoc(), yield->getOperands());
    yield->erase();
    table.insert(function);
    return function;
  }
};

} // namespace
