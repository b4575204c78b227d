// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One compilation: what it writes.
#include "lib/Compiler/Session.h"

#include "dialects/lc/IR/WeightStore.h"
#include "dialects/rt/IR/RtDialect.h"
#include "lib/Support/OutputFile.h"
#include "lib/Target/CPU/Link.h"
#include "lib/Target/CPU/Metadata.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"
#include <dlfcn.h>

using namespace mlir;

namespace lcompile {

/// What artefacts say about who made them.
static constexpr StringLiteral compilerName = "lcompile 0.1.0";

/// The folder of the archives: what the options say, or where the program was built
/// or installed.
static std::string findSupport(const std::string &given) {
  if (!given.empty())
    return given;
  // As a library, this code is in another file than the program.
  Dl_info self = {};
  dladdr(reinterpret_cast<void *>(&findSupport), &self);
  std::string program = llvm::sys::fs::getMainExecutable(
      nullptr, reinterpret_cast<void *>(&findSupport));
  for (StringRef file : {StringRef(self.dli_fname), StringRef(program)})
    for (const char *folder : {".", "../lib", "lib"}) {
      llvm::SmallString<128> path(file);
      llvm::sys::fs::make_absolute(path);
      llvm::sys::path::remove_filename(path);
      llvm::sys::path::append(path, folder);
      if (llvm::sys::fs::exists(path + "/liblcompile_artefact.a")) {
        llvm::sys::path::remove_dots(path, true);
        return path.str().str();
      }
    }
  return "";
}

static std::string printed(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(64);
  module.print(os, flags);
  return text;
}

/// Sixteen hexadecimal digits that change when code, weights or target do.
static std::string buildIdOf(ModuleOp module, const CpuTarget &target,
                             const WeightsLayout &weights) {
  std::string text = printed(module) + target.name + target.features;
  uint64_t parts[] = {
      llvm::xxh3_64bits(ArrayRef<uint8_t>(
          reinterpret_cast<const uint8_t *>(text.data()), text.size())),
      digestOf(weights)};
  uint64_t id = llvm::xxh3_64bits(ArrayRef<uint8_t>(
      reinterpret_cast<const uint8_t *>(parts), sizeof(parts)));
  return llvm::utohexstr(id, /*LowerCase=*/true, /*Width=*/16);
}

std::string Session::text() { return printed(*program); }

StringRef kindOfOutput(StringRef path) {
  StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".so")
    return "so";
  if (extension == ".o" || extension == ".a")
    return "obj";
  return extension.empty() ? "exe" : "so";
}

llvm::Error Session::write(StringRef path, bool leaveGiven, bool embedAll) {
  if (options.emit.empty()) {
    options.emit = kindOfOutput(path).str();
    llvm::Error error = write(path, leaveGiven, embedAll);
    options.emit.clear();
    return error;
  }
  if (options.emit == "so" || options.emit == "exe" || options.emit == "obj")
    return emitArtefact(path, leaveGiven, embedAll);
  std::string text;
  if (options.emit == "lc") {
    text = printed(*program);
  } else {
    llvm::LLVMContext llvmContext;
    auto machine = makeTargetMachine(target);
    if (!machine)
      return machine.takeError();
    auto llvmModule = translateToLLVM(*program, llvmContext, **machine);
    if (!llvmModule)
      return llvmModule.takeError();
    optimizeModule(**llvmModule, **machine);
    llvm::raw_string_ostream os(text);
    (*llvmModule)->print(os, nullptr);
  }
  if (path == "-") {
    llvm::outs() << text;
    return llvm::Error::success();
  }
  return writeFile(path, {text.data(), text.size()});
}

llvm::Error Session::emitArtefact(StringRef path, bool leaveGiven,
                                  bool embedAll) {
  auto keysAttr =
      (*program)->getAttrOfType<ArrayAttr>(rt::RtDialect::constantsAttrName);
  if (!keysAttr)
    return fail("nothing to link: the pipeline stopped before 'lower'");
  std::vector<std::string> keys;
  for (Attribute key : keysAttr)
    keys.push_back(cast<StringAttr>(key).getValue().str());
  llvm::Expected<WeightsLayout> weights =
      layOutWeights(lc::getWeightStore(&ctx), keys,
                    embedAll ? UINT64_MAX : options.embedLimit, leaveGiven);
  if (!weights)
    return weights.takeError();
  std::string buildId = buildIdOf(*program, target, *weights);

  llvm::SmallString<128> base(path);
  if (options.emit != "exe")
    llvm::sys::path::replace_extension(base, "");
  std::string weightsPath = (base + ".weights").str();
  weights->fileName = llvm::sys::path::filename(weightsPath).str();
  std::string name = llvm::sys::path::filename(base).str();
  if (!weights->embedded)
    if (llvm::Error error = writeWeights(*weights, weightsPath, buildId))
      return error;
  phase("weights");

  llvm::LLVMContext llvmContext;
  auto machine = makeTargetMachine(target);
  if (!machine)
    return machine.takeError();
  auto llvmModule = translateToLLVM(*program, llvmContext, **machine);
  if (!llvmModule)
    return llvmModule.takeError();
  for (llvm::Function &function : **llvmModule)
    if (!function.isDeclaration())
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
  ArtefactInfo info{modelName, compilerName.str(), buildId, options.threads};
  addMetadata(**llvmModule, *program, info, target, *weights);
  optimizeModule(**llvmModule, **machine);
  phase("llvm");
  auto object = emitObject(**llvmModule, **machine);
  if (!object)
    return object.takeError();
  phase("codegen");

  LinkJob job;
  job.kind = options.emit == "so"    ? OutputKind::sharedObject
             : options.emit == "exe" ? OutputKind::executable
                                     : OutputKind::object;
  job.object = *object;
  auto library =
      (*program)->getAttrOfType<ArrayAttr>(rt::RtDialect::libraryAttrName);
  job.usesLibrary = library && !library.empty();
  job.outputPath = path.str();
  job.isa = target.isa;
  job.supportFolder = findSupport(options.supportFolder);
  if (job.supportFolder.empty())
    return fail("cannot find liblcompile_artefact.a beside lcompile");
  if (llvm::Error error = linkArtefact(job))
    return error;
  phase("link");
  if (options.emit == "exe")
    return llvm::Error::success();
  return writeHeader((base + ".h").str(), name);
}

/// A name that C accepts.
static std::string identifier(StringRef name) {
  std::string result;
  for (char c : name)
    result += llvm::isAlnum(c) ? c : '_';
  return result.empty() || llvm::isDigit(result[0]) ? "m" + result : result;
}

llvm::Error Session::writeHeader(StringRef path, StringRef name) {
  std::string id = identifier(name), text;
  llvm::raw_string_ostream os(text);
  std::string guard = StringRef(id).upper() + "_H";
  os << "/* " << name << ": a model compiled by " << compilerName
     << ". Use it with lcompile-c/Model.h:\n"
        " *\n"
        " *   lcm_instance_t *m;\n"
        " *   lcm_open(lc_executable_query(LC_EXECUTABLE_VERSION), NULL, 1, &m);\n"
        " */\n"
     << "#ifndef " << guard << "\n#define " << guard
     << "\n\n#include \"lcompile-c/Model.h\"\n\n"
        "#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
        "const lc_executable_t *lc_executable_query(uint32_t max_version);\n"
        "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
  return writeFile(path, {text.data(), text.size()});
}

} // namespace lcompile
