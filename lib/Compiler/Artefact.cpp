// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One compilation: what it writes.
#include "lib/Compiler/Session.h"

#include "dialects/lc/IR/WeightStore.h"
#include "dialects/rt/IR/RtDialect.h"
#include "lib/Support/OutputFile.h"
#include "lib/Support/OwnFile.h"
#include "lib/Target/CPU/Link.h"
#include "lib/Target/CPU/Metadata.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Object/SymbolSize.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace lcompile {

/// What artefacts say about who made them.
static constexpr StringLiteral compilerName = "lcompile 0.1.0";

/// The folder of the archives: what the options say, or where the program was
/// built or installed.
static std::string findSupport(const std::string &given) {
  if (!given.empty())
    return given;
  for (const char *folder : {".", "../lib", "lib"}) {
    llvm::SmallString<128> path(ownFile());
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

/// A name that C accepts.
static std::string identifier(StringRef name) {
  std::string result;
  for (char c : name)
    result += llvm::isAlnum(c) ? c : '_';
  return result.empty() || llvm::isDigit(result[0]) ? "m" + result : result;
}

static std::string headerText(StringRef name) {
  std::string id = identifier(name), text;
  llvm::raw_string_ostream os(text);
  std::string guard = StringRef(id).upper() + "_H";
  os << "/* " << name << ": a model compiled by " << compilerName
     << ". Use it with lcompile-c/Model.h:\n"
        " *\n"
        " *   lcm_model_t *m;\n"
        " *   lcm_open(lc_executable_query(LC_EXECUTABLE_VERSION), NULL, 0, "
        "&m, NULL, "
        "0);\n"
        " */\n"
     << "#ifndef " << guard << "\n#define " << guard
     << "\n\n#include \"lcompile-c/Model.h\"\n\n"
        "#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
        "const lc_executable_t *lc_executable_query(uint32_t max_version);\n"
        "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
  return text;
}

llvm::Expected<Plan> Session::plan() {
  return describePlan(*program, modelName);
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
  return guarded("codegen", [&] { return emitText(path); });
}

llvm::Error Session::emitText(StringRef path) {
  std::string text;
  if (options.emit == "lc") {
    text = printed(*program);
  } else if (options.emit == "plan") {
    llvm::Expected<Plan> all = plan();
    if (!all)
      return all.takeError();
    llvm::raw_string_ostream os(text);
    printPlan(os, *all);
  } else {
    llvm::LLVMContext llvmContext;
    auto machine = makeTargetMachine(target);
    if (!machine)
      return machine.takeError();
    auto llvmModule = translateToLLVM(*program, llvmContext, **machine);
    if (!llvmModule)
      return llvmModule.takeError();
    optimizeModule(**llvmModule, **machine);
    if (options.emit == "asm") {
      auto code = emitObject(**llvmModule, **machine,
                             llvm::CodeGenFileType::AssemblyFile);
      if (!code)
        return code.takeError();
      text.assign(code->begin(), code->end());
    } else {
      llvm::raw_string_ostream os(text);
      (*llvmModule)->print(os, nullptr);
    }
  }
  if (path != "-")
    return writeFile(path, {text.data(), text.size()});
  llvm::outs() << text;
  llvm::outs().flush();
  if (!llvm::outs().has_error())
    return llvm::Error::success();
  std::string reason = llvm::outs().error().message();
  llvm::outs().clear_error();
  return fail("cannot write the standard output: " + reason);
}

void Session::measureCode(ArrayRef<char> object) {
  auto file = llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef({object.data(), object.size()}, "object"));
  if (!file)
    return llvm::consumeError(file.takeError());
  for (auto [symbol, size] : llvm::object::computeSymbolSizes(**file)) {
    auto type = symbol.getType();
    auto name = symbol.getName();
    if (!type || !name || *type != llvm::object::SymbolRef::ST_Function) {
      llvm::consumeError(type.takeError());
      llvm::consumeError(name.takeError());
      continue;
    }
    StringRef kernel = *name;
    code[kernel.consume_back("_code") ? kernel.str() : ""] += size;
  }
}

llvm::Error Session::emitArtefact(StringRef path, bool leaveGiven,
                                  bool embedAll) {
  auto keysAttr =
      (*program)->getAttrOfType<ArrayAttr>(rt::RtDialect::constantsAttrName);
  if (!keysAttr)
    return fail("nothing to link: the pipeline stopped before 'lower'");
  std::string supportFolder = findSupport(options.supportFolder);
  if (supportFolder.empty())
    return fail("cannot find liblcompile_artefact.a beside lcompile");
  std::vector<std::string> keys;
  for (Attribute key : keysAttr)
    keys.push_back(cast<StringAttr>(key).getValue().str());
  bool isProgram = options.emit == "exe";
  llvm::SmallString<128> base(path);
  if (!isProgram)
    llvm::sys::path::replace_extension(base, "");
  std::string weightsPath = (base + ".weights").str();

  // Every file is complete before the first one appears under its name.
  std::vector<OutputFile> files;
  auto open = [&](StringRef name, bool executable) -> llvm::Error {
    llvm::Expected<OutputFile> file = OutputFile::create(name, executable);
    if (!file)
      return file.takeError();
    files.push_back(std::move(*file));
    return llvm::Error::success();
  };
  if (llvm::Error error = open(path, isProgram))
    return error;

  std::optional<WeightsLayout> weights;
  std::string buildId;
  if (llvm::Error error = guarded("weights", [&]() -> llvm::Error {
        llvm::Expected<WeightsLayout> layout = layOutWeights(
            lc::getWeightStore(&ctx), keys,
            options.pack == "compile" && !leaveGiven
                ? chooseWeightsPacking(*program, options.threads)
                : std::vector<WeightsPacking>(),
            embedAll ? UINT64_MAX : options.embedLimit, leaveGiven);
        if (!layout)
          return layout.takeError();
        weights = std::move(*layout);
        buildId = buildIdOf(*program, target, *weights);
        if (weights->embedded)
          return llvm::Error::success();
        weights->fileName = llvm::sys::path::filename(weightsPath).str();
        if (llvm::Error error = open(weightsPath, false))
          return error;
        return writeWeights(*weights, files.back(), buildId);
      }))
    return error;

  llvm::LLVMContext llvmContext;
  auto machine = makeTargetMachine(target);
  if (!machine)
    return machine.takeError();
  std::unique_ptr<llvm::Module> module;
  if (llvm::Error error = guarded("llvm", [&]() -> llvm::Error {
        auto translated = translateToLLVM(*program, llvmContext, **machine);
        if (!translated)
          return translated.takeError();
        module = std::move(*translated);
        for (llvm::Function &function : *module)
          if (!function.isDeclaration())
            function.setLinkage(llvm::GlobalValue::InternalLinkage);
        ArtefactInfo info{modelName, compilerName.str(), buildId,
                          options.threads};
        if (llvm::Error error =
                addMetadata(*module, *program, info, target, *weights))
          return error;
        optimizeModule(*module, **machine);
        return llvm::Error::success();
      }))
    return error;

  llvm::SmallVector<char, 0> object;
  if (llvm::Error error = guarded("codegen", [&]() -> llvm::Error {
        auto code = emitObject(*module, **machine);
        if (!code)
          return code.takeError();
        object = std::move(*code);
        measureCode(object);
        return llvm::Error::success();
      }))
    return error;

  if (llvm::Error error = guarded("link", [&]() -> llvm::Error {
        LinkJob job;
        job.kind = isProgram              ? OutputKind::executable
                   : options.emit == "so" ? OutputKind::sharedObject
                                          : OutputKind::object;
        job.object = object;
        auto library = (*program)->getAttrOfType<ArrayAttr>(
            rt::RtDialect::libraryAttrName);
        job.usesLibrary = library && !library.empty();
        job.isa = target.isa;
        job.supportFolder = supportFolder;
        return linkArtefact(job, files.front());
      }))
    return error;
  if (!isProgram) {
    if (llvm::Error error = open((base + ".h").str(), false))
      return error;
    std::string text = headerText(llvm::sys::path::filename(base));
    if (llvm::Error error = files.back().write({text.data(), text.size()}))
      return error;
  }
  // The artefact last: it is useless without the others.
  for (OutputFile &file : llvm::reverse(files))
    if (llvm::Error error = file.commit())
      return error;
  return llvm::Error::success();
}

} // namespace lcompile
