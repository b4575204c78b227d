// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One compilation: import, stages, dumps.
#include "lib/Compiler/Session.h"

#include "dialects/lc/IR/LcDialect.h"
#include "lcompile-c/Executable.h"
#include "lib/Compiler/WeightsDump.h"
#include "lib/Import/ExportedProgram/ExportedProgram.h"
#include "lib/Import/TorchScript/TorchScript.h"
#include "lib/Register/Register.h"
#include "lib/Support/OutputFile.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "passes/Pipelines/Pipelines.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include <ctime>
#include <sys/resource.h>

using namespace mlir;

namespace lcompile {

static double cpuSeconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static DialectRegistry makeRegistry() {
  DialectRegistry registry;
  registerDialects(registry);
  return registry;
}

Session::Session(CompileOptions given)
    : options(std::move(given)),
      ctx(makeRegistry(), MLIRContext::Threading::DISABLED) {
  ctx.loadAllAvailableDialects();
  ctx.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
    std::string text;
    llvm::raw_string_ostream os(text);
    auto where = fromLocation(diagnostic.getLocation());
    if (!where.empty() && !where[0].file.empty())
      os << where[0].file << ":" << where[0].line << ": ";
    os << (diagnostic.getSeverity() == DiagnosticSeverity::Error ? "error: "
           : diagnostic.getSeverity() == DiagnosticSeverity::Warning
               ? "warning: "
               : "note: ")
       << diagnostic.str();
    messages.push_back(text);
    return success();
  });
  lastCpu = cpuSeconds();
}

Session::~Session() = default;

llvm::Error Session::fail(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

void Session::phase(StringRef name) {
  double now = cpuSeconds();
  size_t count = 0;
  if (program)
    program->walk([&](Operation *) { ++count; });
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  reports.push_back(
      {name.str(), now - lastCpu, count, double(usage.ru_maxrss) / 1024});
  lastCpu = now;
}

llvm::Error Session::import(StringRef path) {
  StringRef extension = llvm::sys::path::extension(path);
  modelName = llvm::sys::path::stem(path).str();
  std::string error;
  if (extension == ".pt2")
    program = import::importExportedProgram(path, &ctx, {options.inputs}, covered,
                                            error);
  else if (extension == ".pt" || extension == ".pth" || extension == ".ts")
    program = import::importTorchScript(path, &ctx, options.inputs, covered, error);
  else if (extension == ".mlir")
    return loadDump(path);
  else
    return fail("'" + path + "': expected a .pt2, .pt or .mlir file");
  if (!error.empty())
    return fail(error);
  phase("import");
  return llvm::Error::success();
}

llvm::Error Session::importGraph(StringRef json,
                                 ArrayRef<import::GivenWeight> weights,
                                 StringRef name) {
  std::string error;
  modelName = name.str();
  program = import::importGraphJson(json, &ctx, covered, error, weights);
  if (!error.empty())
    return fail(error);
  phase("import");
  return llvm::Error::success();
}

llvm::Error Session::loadDump(StringRef path) {
  ParserConfig config(&ctx);
  program = parseSourceFile<ModuleOp>(path, config);
  if (!program)
    return fail("cannot read '" + path + "' as IR" +
                (messages.empty() ? "" : ": " + messages.back()));
  llvm::SmallString<128> weights(llvm::sys::path::parent_path(path));
  llvm::sys::path::append(weights, weightsDumpName);
  if (llvm::sys::fs::exists(weights))
    if (llvm::Error error = readWeightsDump(weights, &ctx))
      return error;
  if (auto name = (*program)->getAttrOfType<StringAttr>("lc.model"))
    modelName = name.getValue().str();
  phase("import");
  return llvm::Error::success();
}

llvm::Error Session::dump(unsigned index, StringRef stage) {
  if (options.dumpFolder.empty())
    return llvm::Error::success();
  if (std::error_code code =
          llvm::sys::fs::create_directories(options.dumpFolder))
    return fail("cannot make the folder '" + options.dumpFolder +
                "': " + code.message());
  (*program)->setAttr("lc.model", StringAttr::get(&ctx, modelName));
  std::string text;
  llvm::raw_string_ostream os(text);
  OpPrintingFlags flags;
  flags.enableDebugInfo(true, false);
  program->print(os, flags);
  llvm::SmallString<128> path(options.dumpFolder);
  llvm::sys::path::append(path, llvm::formatv("{0,0+3}-{1}.mlir", index * 10,
                                              stage).str());
  if (llvm::Error error = writeFile(path, {text.data(), text.size()}))
    return error;
  llvm::SmallString<128> weights(options.dumpFolder);
  llvm::sys::path::append(weights, weightsDumpName);
  return writeWeightsDump(weights, lc::getWeightStore(&ctx));
}

llvm::Error Session::runPipeline() {
  llvm::Expected<CpuTarget> cpu = parseCpuTarget(options.cpu);
  if (!cpu)
    return cpu.takeError();
  target = *cpu;
  PipelineOptions pipeline;
  pipeline.vectorBits = target.vectorBits;
  pipeline.hasBf16 = target.isa & LC_ISA_AVX512_BF16;
  pipeline.nativeKernels = options.kernels == "native";

  auto stageIndex = [&](const std::string &name) -> llvm::Expected<int> {
    int index = findStage(name);
    if (index >= 0)
      return index;
    std::string known = "import";
    for (const Stage &stage : getStages())
      known += (", " + stage.name).str();
    return fail("unknown stage '" + name + "', expected one of " + known);
  };
  int first = 0, last = getStages().size() - 1;
  if (!options.startFrom.empty()) {
    llvm::Expected<int> index = stageIndex(options.startFrom);
    if (!index)
      return index.takeError();
    first = *index;
  }
  if (options.stopAfter == "import") {
    last = -1;
  } else if (!options.stopAfter.empty()) {
    llvm::Expected<int> index = stageIndex(options.stopAfter);
    if (!index)
      return index.takeError();
    last = *index;
  }
  if (first == 0)
    if (llvm::Error error = dump(0, "import"))
      return error;
  for (int i = first; i <= last; ++i) {
    const Stage &stage = getStages()[i];
    PassManager pm(&ctx);
    stage.build(pm, pipeline);
    if (failed(pm.run(*program))) {
      std::string text;
      for (const std::string &message : messages)
        text += (text.empty() ? "" : "\n") + message;
      return fail(text.empty() ? "stage '" + stage.name + "' failed" : text);
    }
    phase(stage.name);
    if (llvm::Error error = dump(i + 1, stage.name))
      return error;
  }
  return llvm::Error::success();
}

} // namespace lcompile
