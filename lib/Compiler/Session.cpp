// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One compilation: import, stages, dumps, and what happens when one of them
// fails.
#include "lib/Compiler/Session.h"

#include "dialects/ccl/IR/CclDialect.h"
#include "dialects/lc/IR/LcOps.h"
#include "lib/Compiler/InternalError.h"
#include "lib/Compiler/Reproducer.h"
#include "lib/Compiler/WeightsDump.h"
#include "lib/Import/Aten/AddLoss.h"
#include "lib/Import/TorchScript/TorchScript.h"
#include "lib/Register/Register.h"
#include "lib/Support/OutputFile.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "passes/Passes.h"
#include "passes/Pipelines/Gates.h"
#include "passes/Pipelines/Pipelines.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include <cstring>
#include <ctime>
#include <sys/resource.h>
#include <unistd.h>

using namespace mlir;

namespace lcompile {

char InternalError::ID;

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
  ctx.printOpOnDiagnostic(false); // its place says more to people
  ctx.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
    std::string text;
    llvm::raw_string_ostream os(text);
    auto where = fromLocation(diagnostic.getLocation());
    if (!where.empty() && !where[0].file.empty())
      os << where[0].file << ":" << where[0].line << ": ";
    if (diagnostic.getSeverity() == DiagnosticSeverity::Warning)
      os << "warning: ";
    os << diagnostic.str();
    for (Diagnostic &note : diagnostic.getNotes())
      os << "\n  note: " << note.str();
    messages.push_back(text);
    return success();
  });
}

Session::~Session() = default;

llvm::Error Session::fail(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

std::string Session::messagesSince(size_t from) const {
  std::string text;
  for (const std::string &message : llvm::ArrayRef(messages).drop_front(from))
    text += (text.empty() ? "" : "\n") + message;
  return text;
}

std::string Session::replayCommand(StringRef path, StringRef stage) const {
  const CompileOptions::Replay &replay = options.replay;
  std::string text = "lcompile ";
  bool makesStep =
      !options.optimizer.empty() && findStage(stage) <= findStage("train");
  if (makesStep)
    text += "train ";
  text += path;
  if (!stage.empty())
    text += (" --start-from=" + stage).str();
  if (makesStep && stage.empty())
    text += " --loss=" + options.loss;
  if (makesStep)
    text += replay.step;
  if (findStage(stage) <= findStage("distribute"))
    text += replay.distribution;
  return text + replay.rest;
}

llvm::Error Session::internal(StringRef phase, const llvm::Twine &what) {
  std::string text = (phase + ": " + what).str(), details;
  if (!options.writeReproducers)
    return llvm::make_error<InternalError>(text, details);
  if (snapshot.empty()) {
    details = "  replay:     " + replayCommand(inputPath, "");
  } else {
    bool isStage = findStage(phase) >= 0;
    details = writeReproducer(snapshot, text, [&](StringRef path) {
      std::string command = replayCommand(path, snapshotStage);
      // Behind the stages a replay writes what was asked for.
      if (isStage)
        command += (" --stop-after=" + phase + " -o -").str();
      else
        command += " --emit=" + options.emit;
      return command;
    });
  }
  return llvm::make_error<InternalError>(text, details);
}

llvm::Error Session::guarded(StringRef phase,
                             llvm::function_ref<llvm::Error()> work) {
  auto count = [&] {
    size_t n = 0;
    if (program)
      program->walk([&](Operation *) { ++n; });
    return n;
  };
  if (observer)
    observer->began(phase, count());
  double start = cpuSeconds();
  llvm::CrashRecoveryContext recovery;
  std::optional<llvm::Error> result;
  bool survived = recovery.RunSafely([&] {
    if (options.fault == (phase + ":crash").str())
      std::abort();
    if (options.fault == (phase + ":wait").str())
      ::pause();
    result.emplace(work());
  });
  if (!survived) {
    // What was being written goes away.
    llvm::sys::RunInterruptHandlers();
    int number = recovery.RetCode - 128;
    return internal(phase, number > 0 ? llvm::Twine("ended by signal ") +
                                            llvm::Twine(number) + " (" +
                                            strsignal(number) + ")"
                                      : llvm::Twine("ended by a crash"));
  }
  if (*result)
    return std::move(*result);
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  reports.push_back({phase.str(), cpuSeconds() - start, count(),
                     double(usage.ru_maxrss) / 1024});
  if (observer)
    observer->ended(reports.back());
  return llvm::Error::success();
}

llvm::Error Session::importFile(StringRef path) {
  StringRef extension = llvm::sys::path::extension(path);
  std::string error;
  import::ImportOptions how{options.inputs, !options.optimizer.empty()};
  if (extension == ".pt2")
    program = import::importExportedProgram(path, &ctx, how, covered, error);
  else if (extension == ".mlir")
    return loadDump(path);
  else if (extension == ".pt" || extension == ".pth" || extension == ".ts")
    program = import::importTorchScript(path, &ctx, how, covered, error);
  else
    return fail("'" + path + "': expected a .pt2, .pt or .mlir file");
  if (!error.empty())
    return fail(error);
  if (!options.loss.empty() && program)
    return import::addLoss(*program, options.loss);
  return llvm::Error::success();
}

llvm::Error Session::import(StringRef path) {
  modelName = llvm::sys::path::stem(path).str();
  inputPath = path.str();
  return guarded("import", [&] { return importFile(path); });
}

llvm::Error Session::importGraph(StringRef json,
                                 ArrayRef<import::GivenWeight> weights,
                                 StringRef name) {
  modelName = name.str();
  return guarded("import", [&]() -> llvm::Error {
    std::string error;
    program = import::importGraphJson(json, &ctx, covered, error, weights,
                                      !options.optimizer.empty());
    if (!error.empty())
      return fail(error);
    if (!options.loss.empty() && program)
      return import::addLoss(*program, options.loss);
    return llvm::Error::success();
  });
}

llvm::Error Session::loadDump(StringRef path) {
  ParserConfig config(&ctx);
  program = parseSourceFile<ModuleOp>(path, config);
  if (!program)
    return fail("cannot read '" + path + "' as IR" +
                (messages.empty() ? "" : ": " + messages.back()));
  if (program->getBody()->empty())
    return fail("'" + path + "' is empty: expected IR with a function");
  llvm::SmallString<128> weights(llvm::sys::path::parent_path(path));
  llvm::sys::path::append(weights, weightsDumpName);
  if ((*program)->hasAttr(elidedAttrName))
    addZeroWeights(*program);
  else if (llvm::sys::fs::exists(weights))
    if (llvm::Error error = readWeightsDump(weights, &ctx))
      return error;
  if (auto name = (*program)->getAttrOfType<StringAttr>("lc.model"))
    modelName = name.getValue().str();
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
  llvm::sys::path::append(
      path, llvm::formatv("{0,0+3}-{1}.mlir", index * 10, stage).str());
  if (llvm::Error error = writeFile(path, {text.data(), text.size()}))
    return error;
  llvm::SmallString<128> weights(options.dumpFolder);
  llvm::sys::path::append(weights, weightsDumpName);
  return writeWeightsDump(weights, lc::getWeightStore(&ctx));
}

/// Whether stage train has made a training step of it.
static bool isTrainingStep(ModuleOp module) {
  for (auto function : module.getOps<func::FuncOp>())
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (function.getArgAttr(i, lc::LcDialect::stateAttrName))
        return true;
  return false;
}

/// The ranks that a step which stage distribute has seen is for.
static int64_t worldOf(ModuleOp module) {
  int64_t world = 1;
  for (auto function : module.getOps<func::FuncOp>())
    world = std::max(world, ccl::worldOf(function));
  return world;
}

PipelineOptions Session::pipelineOptions() const {
  PipelineOptions pipeline;
  pipeline.vectorBits = target.vectorBits;
  pipeline.gradients = options.gradients;
  pipeline.optimizer = options.optimizer;
  pipeline.step = options.step;
  pipeline.isStep = isTrainingStep(*program);
  pipeline.distribution = options.distribution;
  pipeline.nativeKernels = options.kernels == "native";
  pipeline.reducedPrecision = options.precision == "bf16";
  return pipeline;
}

llvm::Error Session::runStage(unsigned index) {
  const Stage &stage = getStages()[index];
  PassManager pm(&ctx);
  stage.build(pm, pipelineOptions());
  auto [faulty, kind] = StringRef(options.fault).split(':');
  if (faulty == stage.name)
    pm.addPass(createInjectFault({kind.str()}));
  size_t before = messages.size();
  if (failed(pm.run(*program))) {
    // A pass refuses with a message and leaves valid IR; all else is our fault.
    std::string text = messagesSince(before);
    if (text.empty())
      return internal(stage.name, "failed without a message");
    if (failed(verify(*program)))
      return internal(stage.name, text);
    return fail(text);
  }
  if (failed(verifyGate(*program, stage.name)))
    return internal(stage.name, messagesSince(before));
  return dump(stage.number, stage.name);
}

/// The index of a stage, or an error with the names that there are; "import" is
/// -1.
static llvm::Expected<int> stageIndex(StringRef name) {
  int index = findStage(name);
  if (index >= 0 || name == "import")
    return index;
  std::string known = "import";
  for (const Stage &stage : getStages())
    known += (", " + stage.name).str();
  return llvm::createStringError("unknown stage '" + name.str() +
                                 "', expected one of " + known);
}

llvm::Error Session::runPipeline() {
  llvm::Expected<CpuTarget> cpu = parseCpuTarget(options.cpu);
  if (!cpu)
    return cpu.takeError();
  target = *cpu;
  target.exact = options.distribution.world > 1 || worldOf(*program) > 1;
  int first = 0, last = getStages().size() - 1;
  if (!options.startFrom.empty()) {
    llvm::Expected<int> index = stageIndex(options.startFrom);
    if (!index)
      return index.takeError();
    first = std::max(*index, 0);
  }
  if (!options.stopAfter.empty()) {
    llvm::Expected<int> index = stageIndex(options.stopAfter);
    if (!index)
      return index.takeError();
    last = *index;
  }
  StringRef before = first ? StringRef(getStages()[first - 1].name) : "import";
  size_t heard = messages.size();
  if (failed(verifyGate(*program, before))) {
    std::string text = messagesSince(heard);
    // What was read from a file as IR is the user's.
    if (StringRef(inputPath).ends_with(".mlir"))
      return fail(text + "\nnote: '" + inputPath +
                  "' is not the IR after stage '" + before +
                  "'; --start-from names the stage to run first");
    return internal("import", text);
  }
  if (first == 0)
    if (llvm::Error error = dump(0, "import"))
      return error;
  for (int i = first; i <= last; ++i) {
    StringRef name = getStages()[i].name;
    if (!getStages()[i].isWanted(pipelineOptions()))
      continue;
    if (options.writeReproducers) {
      snapshot = elidedText(*program);
      snapshotStage = name.str();
    }
    if (name == "distribute" && options.memoryBudget)
      if (llvm::Error error = guarded("budget", [&] { return fitBudget(i); }))
        return error;
    if (llvm::Error error = guarded(name, [&] { return runStage(i); }))
      return error;
    if (name == "normalize")
      program->walk([&](Operation *op) {
        if (isa<lc::LcDialect>(op->getDialect()) && !isa<lc::ParameterOp>(op))
          ++operationCounts[op->getName().stripDialect().str()];
      });
  }
  return llvm::Error::success();
}

} // namespace lcompile
