// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One compilation: options in, artefact out. Nothing here is global.
#ifndef LIB_COMPILER_SESSION_H
#define LIB_COMPILER_SESSION_H

#include "lib/Import/ExportedProgram/ExportedProgram.h"
#include "lib/Target/CPU/ObjectCode.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <functional>

namespace lcompile {

struct CompileOptions {
  /// What to write: "so", "exe", "obj", or IR: "lc", "llvm", "asm"; "": what the
  /// ending of the output says.
  std::string emit;
  std::string cpu = "native";
  std::string kernels = "onednn"; // who computes contractions; or "native"
  int threads = 0; // 0: as many as cores, decided at run time
  /// Shapes by input name ("" by position), in the grammar of --input.
  std::vector<std::pair<std::string, std::string>> inputs;
  std::string startFrom, stopAfter, dumpFolder;
  /// Weights above this many bytes go into a file beside the artefact.
  uint64_t embedLimit = 64ull << 20;
  std::string supportFolder; // archives of the runtime; "": beside the program
  bool printTimes = false;
};

/// Time and memory of one phase, for -v.
struct PhaseReport {
  std::string name;
  double cpuSeconds;
  size_t operations;
  double peakMiB; // of the process so far
};

class Session {
public:
  explicit Session(CompileOptions options);
  ~Session();

  /// Reads `.pt2`, `.pt` or a dumped `.mlir`. Operator-level problems are left in
  /// coverage().
  llvm::Error import(llvm::StringRef path);
  /// A graph in the node form of torch.export, from memory, called `name`. Weights
  /// that are not given are inputs; see import::importGraphJson.
  llvm::Error importGraph(llvm::StringRef json,
                          llvm::ArrayRef<import::GivenWeight> weights,
                          llvm::StringRef name);
  /// Runs the stages that the options ask for.
  llvm::Error runPipeline();
  /// Writes what `emit` asks for to `path` (and `path` with .weights and .h).
  /// With "lc", "llvm", "asm" and path "-": to standard output. With `leaveGiven`,
  /// the artefact does not hold the weights that importGraph was given: whoever
  /// loads it gives them again. With `embedAll`, all others are inside of it.
  llvm::Error write(llvm::StringRef path, bool leaveGiven = false,
                    bool embedAll = false);
  /// The program in its present form.
  std::string text();
  bool hasProgram() const { return bool(program); }

  import::Coverage &coverage() { return covered; }
  mlir::ModuleOp module() { return *program; }
  mlir::MLIRContext &context() { return ctx; }
  llvm::ArrayRef<PhaseReport> phases() const { return reports; }
  /// Diagnostics of the passes, in order.
  llvm::ArrayRef<std::string> diagnostics() const { return messages; }

private:
  llvm::Error fail(const llvm::Twine &text);
  llvm::Error dump(unsigned index, llvm::StringRef stage);
  llvm::Error loadDump(llvm::StringRef path);
  llvm::Error emitArtefact(llvm::StringRef path, bool leaveGiven,
                           bool embedAll);
  llvm::Error writeHeader(llvm::StringRef path, llvm::StringRef name);
  void phase(llvm::StringRef name);

  CompileOptions options;
  CpuTarget target;
  mlir::MLIRContext ctx;
  mlir::OwningOpRef<mlir::ModuleOp> program;
  import::Coverage covered;
  std::vector<PhaseReport> reports;
  std::vector<std::string> messages;
  std::string modelName = "model";
  double lastCpu = 0;
};

/// What the ending of an output says: ".so", ".o", or an executable.
llvm::StringRef kindOfOutput(llvm::StringRef path);

} // namespace lcompile

#endif // LIB_COMPILER_SESSION_H
