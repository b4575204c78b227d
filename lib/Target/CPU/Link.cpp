// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Linking artefacts in this process, with lld.
#include "lib/Target/CPU/Link.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lcompile-c/Footer.h"
#include "lib/Support/OutputFile.h"
#include "lld/Common/Driver.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include <link.h>
#include <mutex>

LLD_HAS_DRIVER(elf)

namespace lcompile {
namespace {

/// The path from which this process loaded a library whose name starts so: the
/// libraries that artefacts need are those that the compiler itself runs with.
std::string loadedLibrary(llvm::StringRef prefix) {
  struct Search {
    llvm::StringRef prefix;
    std::string found;
  } search{prefix, ""};
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *data) {
        auto *s = static_cast<Search *>(data);
        if (llvm::sys::path::filename(info->dlpi_name).starts_with(s->prefix))
          s->found = info->dlpi_name;
        return 0;
      },
      &search);
  return search.found;
}

/// A file that goes away with this object.
struct TemporaryFile {
  llvm::SmallString<128> path;
  ~TemporaryFile() {
    if (path.empty())
      return;
    llvm::sys::fs::remove(path);
    llvm::sys::DontRemoveFileOnSignal(path);
  }
};

llvm::Error runLld(const std::vector<std::string> &arguments) {
  static std::mutex mutex; // lld keeps its state in globals
  std::lock_guard<std::mutex> lock(mutex);
  std::vector<const char *> argv;
  for (const std::string &argument : arguments)
    argv.push_back(argument.c_str());
  std::string out, err;
  llvm::raw_string_ostream outStream(out), errStream(err);
  lld::Result result =
      lld::lldMain(argv, outStream, errStream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0)
    return llvm::Error::success();
  return llvm::createStringError("linking failed: " + err);
}

llvm::Error appendFooter(llvm::StringRef linked, OutputFile &file,
                         uint64_t isa) {
  auto buffer = llvm::MemoryBuffer::getFile(linked, false, false);
  if (!buffer)
    return llvm::createStringError("cannot read '" + linked + "'");
  llvm::StringRef bytes = (*buffer)->getBuffer();
  lc_footer_t footer = {};
  footer.magic = LC_FOOTER_MAGIC;
  footer.version = LC_EXECUTABLE_VERSION;
  footer.struct_size = sizeof(footer);
  footer.isa = isa;
  footer.size = bytes.size() + sizeof(footer);
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, bytes.data(), bytes.size());
  XXH3_64bits_update(&state, &footer, sizeof(footer) - sizeof(footer.digest));
  footer.digest = XXH3_64bits_digest(&state);
  if (llvm::Error error = file.write({bytes.data(), bytes.size()}))
    return error;
  return file.write({reinterpret_cast<const char *>(&footer), sizeof(footer)});
}

} // namespace

llvm::Error linkArtefact(const LinkJob &job, OutputFile &output) {
  TemporaryFile object, linked;
  auto temporary = [](TemporaryFile &file,
                      llvm::StringRef suffix) -> llvm::Error {
    int descriptor;
    std::error_code error = llvm::sys::fs::createTemporaryFile(
        "lcompile", suffix, descriptor, file.path);
    if (error)
      return llvm::createStringError("cannot write a temporary file: " +
                                     error.message());
    ::close(descriptor);
    llvm::sys::RemoveFileOnSignal(file.path);
    return llvm::Error::success();
  };
  if (llvm::Error error = temporary(object, "o"))
    return error;
  if (llvm::Error error = temporary(linked, "out"))
    return error;
  if (llvm::Error error = writeFile(object.path, job.object))
    return error;

  auto archive = [&](llvm::StringRef name) {
    llvm::SmallString<128> path(job.supportFolder);
    llvm::sys::path::append(path, name);
    return path.str().str();
  };
  std::vector<std::string> arguments = {"ld.lld"};
  auto add = [&](std::initializer_list<std::string> more) {
    arguments.insert(arguments.end(), more);
  };
  bool isObject = job.kind == OutputKind::object;
  if (job.kind == OutputKind::sharedObject)
    add({"-shared", "-Bsymbolic", "--no-undefined", "--version-script",
         archive("lcompile-exports.map"), "-u", "lcm_open"});
  else if (job.kind == OutputKind::executable)
    add({"-pie", "-dynamic-linker", "/lib64/ld-linux-x86-64.so.2", "-u",
         "_start"});
  else
    add({"-r", "-u", "lcm_open"});
  if (!isObject)
    add({"--gc-sections", "--as-needed", "-z", "relro", "-z", "now", "-z",
         "noexecstack", "--hash-style=gnu", "-s"});
  add({"--build-id=none", "-o", linked.path.str().str(),
       object.path.str().str()});
  if (job.kind == OutputKind::executable)
    add({archive("liblcompile_launcher.a")});
  if (job.usesLibrary)
    add({archive("liblcompile_artefact_onednn.a")});
  add({archive("liblcompile_artefact.a")});
  if (!isObject) {
    std::vector<std::string> needed = {"libc.so", "libm.so", "libgomp.so"};
    if (job.usesLibrary)
      needed.push_back("libdnnl.so");
    for (const std::string &name : needed) {
      std::string path = loadedLibrary(name);
      if (path.empty())
        return llvm::createStringError("cannot find " + name +
                                       ", which artefacts need");
      add({path});
      if (name == "libdnnl.so")
        add({"-rpath", "$ORIGIN:" + llvm::sys::path::parent_path(path).str()});
    }
  }
  if (llvm::Error error = runLld(arguments))
    return error;

  if (isObject) {
    auto buffer = llvm::MemoryBuffer::getFile(linked.path, false, false);
    if (!buffer)
      return llvm::createStringError("cannot read the linked object");
    llvm::StringRef bytes = (*buffer)->getBuffer();
    return output.write({bytes.data(), bytes.size()});
  }
  return appendFooter(linked.path, output, job.isa);
}

} // namespace lcompile
