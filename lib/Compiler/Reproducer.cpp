// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writing and reading lcompile-crash-*.mlir.
#include "lib/Compiler/Reproducer.h"

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/WeightStore.h"
#include "lib/Compiler/Report.h"
#include "lib/Support/OutputFile.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace lcompile {

/// Constants above this many elements are left out.
static constexpr int64_t largestConstant = 64;
static constexpr size_t largestText = (1 << 20) - 1024;

static std::string printed(ModuleOp module, bool locations) {
  std::string text;
  llvm::raw_string_ostream os(text);
  OpPrintingFlags flags;
  flags.enableDebugInfo(locations, false);
  module.print(os, flags);
  return text;
}

std::string elidedText(ModuleOp module) {
  OwningOpRef<ModuleOp> copy = module.clone();
  (*copy)->setAttr(elidedAttrName, UnitAttr::get(module.getContext()));
  copy->walk([](lc::ConstantOp op) {
    auto value = dyn_cast<DenseElementsAttr>(op.getValueAttr());
    if (!value || value.isSplat() || value.getNumElements() <= largestConstant)
      return;
    Builder b(op);
    op.setValueAttr(DenseElementsAttr::get(
        value.getType(), b.getZeroAttr(value.getElementType())));
  });
  std::string text = printed(*copy, /*locations=*/true);
  return text.size() > largestText ? printed(*copy, /*locations=*/false) : text;
}

void addZeroWeights(ModuleOp module) {
  lc::WeightStore &store = lc::getWeightStore(module.getContext());
  auto add = [&](StringRef key, RankedTensorType type) {
    if (store.lookup(key))
      return;
    size_t size = type.getNumElements() * lc::byteWidth(type.getElementType());
    // The system gives zeroed pages only when they are read.
    std::shared_ptr<void> zeros(std::calloc(size + 1, 1), std::free);
    if (zeros)
      store.insert(key,
                   {type, {static_cast<char *>(zeros.get()), size}, zeros});
  };
  module.walk([&](lc::ParameterOp op) {
    add(op.getKey(), cast<RankedTensorType>(op.getType()));
  });
  // What states of a training step begin as.
  for (auto function : module.getOps<func::FuncOp>())
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
      if (auto key = function.getArgAttrOfType<StringAttr>(
              i, lc::LcDialect::initialAttrName)) {
        auto whole = function.getArgAttrOfType<TypeAttr>(
            i, lc::LcDialect::wholeAttrName);
        add(key, cast<RankedTensorType>(whole ? whole.getValue() : type));
      }
}

std::string writeReproducer(StringRef text, StringRef what,
                            llvm::function_ref<std::string(StringRef)> replay) {
  std::string name = "lcompile-crash-" +
                     llvm::utohexstr(llvm::xxh3_64bits((text + what).str()),
                                     /*LowerCase=*/true)
                         .substr(0, 8) +
                     ".mlir";
  llvm::SmallString<128> temporary;
  llvm::sys::path::system_temp_directory(/*erasedOnReboot=*/true, temporary);
  llvm::sys::path::append(temporary, name);
  for (std::string path : {name, temporary.str().str()}) {
    std::string command = replay(path);
    std::string whole = "// " + versionText() + ": " +
                        what.split('\n').first.str() +
                        "\n// replay: " + command + "\n" + text.str();
    if (llvm::Error error = writeFile(path, {whole.data(), whole.size()})) {
      llvm::consumeError(std::move(error));
      continue;
    }
    return "  reproducer: " + path +
           " (weights left out)\n  replay:     " + command;
  }
  return "  no reproducer: neither this folder nor the temporary one can be "
         "written";
}

} // namespace lcompile
