// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// C structures as LLVM constants.
#ifndef LIB_TARGET_CPU_METADATATABLES_H
#define LIB_TARGET_CPU_METADATATABLES_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/Module.h"

namespace lcompile {

/// Builds C structures as LLVM constants: fields in order with natural
/// alignment, which is the layout that Executable.h asserts.
class Tables {
public:
  explicit Tables(llvm::Module &module)
      : module(module), ctx(module.getContext()),
        pointer(llvm::PointerType::get(ctx, 0)) {}

  using Constant = llvm::Constant *;

  Constant i32(int64_t v) {
    return llvm::ConstantInt::get(llvm::Type::getInt32Ty(ctx), v, true);
  }
  Constant i64(int64_t v) {
    return llvm::ConstantInt::get(llvm::Type::getInt64Ty(ctx), v, true);
  }
  Constant f32(float v) {
    return llvm::ConstantFP::get(llvm::Type::getFloatTy(ctx), v);
  }
  Constant f64(double v) {
    return llvm::ConstantFP::get(llvm::Type::getDoubleTy(ctx), v);
  }
  Constant null() { return llvm::ConstantPointerNull::get(pointer); }
  Constant record(llvm::ArrayRef<Constant> fields) {
    return llvm::ConstantStruct::getAnon(ctx, fields);
  }
  Constant list(llvm::ArrayRef<Constant> elements) {
    auto type = llvm::ArrayType::get(elements[0]->getType(), elements.size());
    return llvm::ConstantArray::get(type, elements);
  }
  /// A pointer to constant data; null for none.
  Constant address(llvm::ArrayRef<Constant> elements) {
    return elements.empty() ? null() : global(list(elements));
  }
  Constant global(Constant value, llvm::StringRef name = "",
                  llvm::MaybeAlign align = {}) {
    auto *g = new llvm::GlobalVariable(
        module, value->getType(), /*isConstant=*/true,
        name.empty() ? llvm::GlobalValue::PrivateLinkage
                     : llvm::GlobalValue::ExternalLinkage,
        value, name);
    if (!name.empty())
      g->setVisibility(llvm::GlobalValue::HiddenVisibility);
    g->setAlignment(align);
    return g;
  }
  Constant text(llvm::StringRef value) {
    Constant &known = texts[value];
    if (!known)
      known = global(llvm::ConstantDataArray::getString(ctx, value));
    return known;
  }
  Constant i64List(llvm::ArrayRef<int64_t> values, size_t size) {
    llvm::SmallVector<Constant> elements;
    for (size_t i = 0; i < size; ++i)
      elements.push_back(i64(i < values.size() ? values[i] : 0));
    return list(elements);
  }
  Constant function(llvm::StringRef name) {
    llvm::Function *f = module.getFunction(name);
    assert(f && "metadata names a function that is not there");
    return f;
  }

  llvm::Module &module;
  llvm::LLVMContext &ctx;
  llvm::PointerType *pointer;
  llvm::StringMap<Constant> texts;
};

/// lc_training_t of the function that has states, or null; defines
/// lc_artefact_collectives when it has collectives.
Tables::Constant describeTraining(Tables &t, mlir::ModuleOp source);

} // namespace lcompile

#endif // LIB_TARGET_CPU_METADATATABLES_H
