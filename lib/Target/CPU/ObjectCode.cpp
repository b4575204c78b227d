// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a module in the LLVM dialect to an object file in memory.
#include "lib/Target/CPU/ObjectCode.h"

#include "lcompile-c/Executable.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;

namespace lcompile {

static llvm::Error textError(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

/// The bits of the features that `has` reports.
static uint64_t isaOf(llvm::function_ref<bool(StringRef)> has) {
  uint64_t isa = 0;
  if (has("avx2") && has("fma") && has("bmi2") && has("f16c"))
    isa |= LC_ISA_AVX2;
  if (has("avx512f") && has("avx512bw") && has("avx512dq") && has("avx512vl") &&
      has("avx512cd"))
    isa |= LC_ISA_AVX512;
  if (has("avx512vnni"))
    isa |= LC_ISA_AVX512_VNNI;
  if (has("avx512bf16"))
    isa |= LC_ISA_AVX512_BF16;
  return isa;
}

llvm::Expected<CpuTarget> parseCpuTarget(StringRef text) {
  CpuTarget target;
  target.name = text.str();
  if (text == "native") {
    target.cpu = llvm::sys::getHostCPUName().str();
    llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
    // These conversions to bf16 take denormal numbers as 0; PyTorch rounds
    // them.
    host["avx512bf16"] = host["avxneconvert"] = false;
    // Sorted, so that equal machines give equal artefacts.
    std::map<std::string, bool> sorted;
    for (auto &entry : host)
      sorted[entry.getKey().str()] = entry.getValue();
    for (auto &[name, on] : sorted)
      target.features += (target.features.empty() ? "" : ",") +
                         std::string(on ? "+" : "-") + name;
    target.isa = isaOf([&](StringRef name) { return host.lookup(name); });
    target.name = target.cpu;
  } else if (text == "x86-64-v3" || text == "x86-64-v4") {
    target.cpu = text.str();
    target.isa = LC_ISA_AVX2 | (text == "x86-64-v4" ? LC_ISA_AVX512 : 0);
  } else {
    return textError("unknown CPU '" + text +
                     "', expected native, x86-64-v3 or x86-64-v4");
  }
  if (!(target.isa & LC_ISA_AVX2))
    return textError("the CPU '" + target.name +
                     "' lacks AVX2, which generated code needs");
  target.vectorBits = target.isa & LC_ISA_AVX512 ? 512 : 256;
  return target;
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeTargetMachine(const CpuTarget &target) {
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  llvm::Triple triple("x86_64-unknown-linux-gnu");
  std::string error;
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!found)
    return textError(error);
  llvm::TargetOptions options;
  // a * b + c may become one operation: what libraries do, and faster.
  // LLVM decides by the code around it, which differs between a whole tensor
  // and a part of one.
  options.AllowFPOpFusion =
      target.exact ? llvm::FPOpFusion::Standard : llvm::FPOpFusion::Fast;
  options.FunctionSections = true;
  std::unique_ptr<llvm::TargetMachine> machine(found->createTargetMachine(
      triple, target.cpu, target.features, options, llvm::Reloc::PIC_,
      std::nullopt, llvm::CodeGenOptLevel::Aggressive));
  return machine;
}

llvm::Expected<std::unique_ptr<llvm::Module>>
translateToLLVM(ModuleOp module, llvm::LLVMContext &ctx,
                llvm::TargetMachine &machine) {
  registerBuiltinDialectTranslation(*module.getContext());
  registerLLVMDialectTranslation(*module.getContext());
  std::unique_ptr<llvm::Module> result = translateModuleToLLVMIR(module, ctx);
  if (!result)
    return textError("translation to LLVM IR failed");
  result->setTargetTriple(machine.getTargetTriple());
  result->setDataLayout(machine.createDataLayout());
  bool wide = machine.getMCSubtargetInfo()->checkFeatures("+avx512f");
  for (llvm::Function &function : *result) {
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    if (!machine.getTargetFeatureString().empty())
      function.addFnAttr("target-features", machine.getTargetFeatureString());
    // Use whole registers where the machine has them.
    if (wide)
      function.addFnAttr("prefer-vector-width", "512");
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
  return result;
}

void optimizeModule(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  llvm::PassBuilder builder(&machine, tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
}

llvm::Expected<SmallVector<char, 0>> emitObject(llvm::Module &module,
                                                llvm::TargetMachine &machine,
                                                llvm::CodeGenFileType kind) {
  SmallVector<char, 0> object;
  llvm::raw_svector_ostream os(object);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, os, nullptr, kind))
    return textError("the target cannot write this kind of file");
  passes.run(module);
  return std::move(object);
}

} // namespace lcompile
