// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One compilation: options in, artefact out. Nothing here is global.
#ifndef LIB_COMPILER_SESSION_H
#define LIB_COMPILER_SESSION_H

#include "lib/Compiler/Plan.h"
#include "lib/Import/ExportedProgram/ExportedProgram.h"
#include "lib/Target/CPU/ObjectCode.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "passes/Pipelines/Pipelines.h"
#include <functional>

namespace lcompile {

struct CompileOptions {
  /// What to write: "so", "exe", "obj", or text: "lc", "llvm", "asm", "plan";
  /// "": what the ending of the output says.
  std::string emit;
  std::string cpu = "native";
  std::string kernels = "onednn"; // who computes contractions; or "native"
  /// Inputs for gradients of the outputs, outputs for gradients of all else.
  bool gradients = false;
  /// Of a training step ("": no training): see import::addLoss and Optimizer.
  std::string loss, optimizer;
  StepOptions step;
  /// How it runs on several ranks.
  Distribution distribution;
  bool isStageGiven = false; // of ZeRO; otherwise the memory budget chooses it
  uint64_t memoryBudget = 0; // bytes a rank, 0: none
  /// What contractions of f32 compute in: "f32" or "bf16".
  std::string precision = "f32";
  /// When library kernels' weights are packed: "compile", for this machine's
  /// processor, or "load".
  std::string pack = "compile";
  int threads = 0; // 0: as many as cores, decided at run time
  /// Shapes by input name ("" by position), in the grammar of --input.
  std::vector<std::pair<std::string, std::string>> inputs;
  std::string startFrom, stopAfter, dumpFolder;
  /// Weights above this many bytes go into a file beside the artefact.
  uint64_t embedLimit = 64ull << 20;
  std::string supportFolder; // archives of the runtime; "": beside the program
  /// For tests: "PHASE:KIND" makes a phase do wrong (see lc-inject-fault).
  std::string fault;
  /// Options that a replay needs beside the stages, as the user would type
  /// them: those for stage train, for distribute, and for any.
  struct Replay {
    std::string step, distribution, rest;
  } replay;
  /// Leave lcompile-crash-*.mlir behind when the compiler itself fails.
  bool writeReproducers = false;
};

/// Time and memory of one phase, for -v.
struct PhaseReport {
  std::string name;
  double cpuSeconds;
  size_t operations;
  double peakMiB; // of the process so far
};

/// Told about phases as they begin and end.
struct PhaseObserver {
  virtual ~PhaseObserver() = default;
  virtual void began(llvm::StringRef phase, size_t operations) = 0;
  virtual void ended(const PhaseReport &report) = 0;
};

class Session {
public:
  explicit Session(CompileOptions options);
  ~Session();

  /// Reads `.pt2`, `.pt` or a dumped `.mlir`. Operator-level problems are left
  /// in coverage().
  llvm::Error import(llvm::StringRef path);
  /// A graph in the node form of torch.export, from memory, called `name`.
  /// Weights that are not given are inputs; see import::importGraphJson.
  llvm::Error importGraph(llvm::StringRef json,
                          llvm::ArrayRef<import::GivenWeight> weights,
                          llvm::StringRef name);
  /// Runs the stages that the options ask for.
  llvm::Error runPipeline();
  /// Writes what `emit` asks for to `path` (and `path` with .weights and .h),
  /// all files or none. With "lc", "llvm", "asm", "plan" and path "-": to
  /// standard output. With `leaveGiven`, the artefact does not hold the weights
  /// that importGraph was given: whoever loads it gives them again. With
  /// `embedAll`, all others are inside of it.
  llvm::Error write(llvm::StringRef path, bool leaveGiven = false,
                    bool embedAll = false);
  /// The program in its present form.
  std::string text();
  bool hasProgram() const { return bool(program); }
  void observe(PhaseObserver *who) { observer = who; }
  /// The memory plan and schedule, after stage lower.
  llvm::Expected<Plan> plan();
  /// lc operations after stage normalize, with their number.
  const std::map<std::string, unsigned> &operations() const {
    return operationCounts;
  }
  /// Bytes of code by generated kernel, and of all else under ""; after
  /// write().
  const std::map<std::string, uint64_t> &codeSizes() const { return code; }
  llvm::StringRef targetName() const { return target.name; }

  import::Coverage &coverage() { return covered; }
  mlir::ModuleOp module() { return *program; }
  mlir::MLIRContext &context() { return ctx; }
  llvm::ArrayRef<PhaseReport> phases() const { return reports; }
  /// Diagnostics of the passes, in order.
  llvm::ArrayRef<std::string> diagnostics() const { return messages; }
  /// What was decided for the user.
  llvm::ArrayRef<std::string> decisions() const { return notes; }

private:
  llvm::Error fail(const llvm::Twine &text);
  /// A fault of the compiler in `phase`: leaves the reproducer.
  llvm::Error internal(llvm::StringRef phase, const llvm::Twine &what);
  /// Runs one phase; a crash in it becomes an InternalError.
  llvm::Error guarded(llvm::StringRef phase,
                      llvm::function_ref<llvm::Error()> work);
  llvm::Error runStage(unsigned index);
  /// Chooses how the step is distributed, so that no rank needs more than the
  /// memory budget; `firstStage` is the one that distributes.
  llvm::Error fitBudget(unsigned firstStage);
  /// Keeps as many parameters between forward and backward program as the
  /// budget allows; updates what fits and how much memory that is.
  llvm::Error keepParameters(Distribution &fits, uint64_t &memory,
                             unsigned firstStage);
  /// The most memory that a rank would need.
  llvm::Expected<uint64_t> memoryOf(const Distribution &distribution,
                                    unsigned firstStage);
  std::string replayCommand(llvm::StringRef path, llvm::StringRef stage) const;
  PipelineOptions pipelineOptions() const;
  llvm::Error importFile(llvm::StringRef path);
  /// Diagnostics since the first `from`, as one text.
  std::string messagesSince(size_t from) const;
  llvm::Error dump(unsigned index, llvm::StringRef stage);
  llvm::Error loadDump(llvm::StringRef path);
  llvm::Error emitText(llvm::StringRef path);
  void measureCode(llvm::ArrayRef<char> object);
  llvm::Error emitArtefact(llvm::StringRef path, bool leaveGiven,
                           bool embedAll);

  CompileOptions options;
  CpuTarget target;
  mlir::MLIRContext ctx;
  mlir::OwningOpRef<mlir::ModuleOp> program;
  import::Coverage covered;
  std::vector<PhaseReport> reports;
  std::vector<std::string> messages, notes;
  std::string modelName = "model", inputPath;
  PhaseObserver *observer = nullptr;
  /// The program before the last stage that began, for the reproducer.
  std::string snapshot, snapshotStage;
  std::map<std::string, unsigned> operationCounts;
  std::map<std::string, uint64_t> code;
};

/// What the ending of an output says: ".so", ".o", or an executable.
llvm::StringRef kindOfOutput(llvm::StringRef path);

} // namespace lcompile

#endif // LIB_COMPILER_SESSION_H
