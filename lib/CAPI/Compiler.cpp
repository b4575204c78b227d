// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// lcompile-c/Compiler.h over the session.
#include "lcompile-c/Compiler.h"

#include "lib/Compiler/CommandLine.h"
#include "lib/Compiler/Report.h"
#include "lib/Compiler/Session.h"
#include "lib/Import/Aten/AtenCall.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <memory>

using namespace lcompile;

struct lc_compiler_s {
  CompileOptions options;
  std::unique_ptr<Session> session; // from the import on
  std::string message, diagnostics, text;
  std::unique_ptr<llvm::MemoryBuffer> artefact;

  int32_t fail(int32_t code, const llvm::Twine &what) {
    message = llvm::StringRef(what.str()).rtrim().str();
    return code;
  }
  int32_t check(llvm::Error error, int32_t code = LC_INVALID_ARGUMENT) {
    if (!error)
      return LC_OK;
    return fail(code, llvm::toString(std::move(error)));
  }
  /// A session for an import; null when there is one already.
  Session *begin() {
    if (session) {
      fail(LC_INVALID_ARGUMENT, "a program is imported already");
      return nullptr;
    }
    session = std::make_unique<Session>(options);
    return session.get();
  }
  int32_t finishImport(llvm::Error error) {
    if (int32_t code = check(std::move(error)))
      return code;
    if (session->coverage().issues.empty())
      return LC_OK;
    std::string issues;
    llvm::raw_string_ostream os(issues);
    printIssues(os, session->coverage());
    return fail(LC_UNIMPLEMENTED, issues);
  }
  int32_t needProgram() {
    if (session && session->hasProgram())
      return LC_OK;
    return fail(LC_INVALID_ARGUMENT, "no program is imported");
  }
};

/// Copies what the caller's version of a structure has room for.
template <typename T> static void give(T *to, T value) {
  value.struct_size = to->struct_size;
  std::memcpy(to, &value, std::min(to->struct_size, sizeof(T)));
}

uint32_t lc_compiler_api_version(void) {
  return LC_COMPILER_API_MAJOR << 16 | LC_COMPILER_API_MINOR;
}

const char *lc_compiler_version(void) {
  static const std::string text = versionText();
  return text.c_str();
}

size_t lc_compiler_operators(const char *const **names) {
  static const std::vector<const char *> list = [] {
    std::vector<const char *> list;
    for (const auto &entry : import::AtenTable::get().all())
      list.push_back(entry.getKeyData());
    llvm::sort(list, [](const char *a, const char *b) {
      return llvm::StringRef(a) < llvm::StringRef(b);
    });
    return list;
  }();
  *names = list.data();
  return list.size();
}

int32_t lc_compiler_main(int32_t argc, char **argv) {
  return runCommandLine(argc, argv);
}

lc_compiler_t *lc_compiler_open(void) { return new lc_compiler_s; }
void lc_compiler_close(lc_compiler_t *c) { delete c; }

int32_t lc_compiler_set_options(lc_compiler_t *c, const char *const *options,
                                size_t count) {
  if (c->session)
    return c->fail(LC_INVALID_ARGUMENT, "options come before the program");
  return c->check(parseOptions({options, count}, c->options));
}

int32_t lc_compiler_import_file(lc_compiler_t *c, const char *path) {
  Session *session = c->begin();
  return session ? c->finishImport(session->import(path))
                 : int32_t(LC_INVALID_ARGUMENT);
}

/// The name by which the importer knows an element type.
static const char *dtypeName(uint32_t dtype) {
  static const char *const names[] = {"",    "f32", "f64", "f16", "bf16", "i64",
                                      "i32", "i16", "i8",  "u8",  "bool"};
  return dtype < std::size(names) ? names[dtype] : "";
}

int32_t lc_compiler_import_graph(lc_compiler_t *c, const char *name,
                                 const char *json, size_t size,
                                 const lc_weight_t *weights, size_t count) {
  Session *session = c->begin();
  if (!session)
    return LC_INVALID_ARGUMENT;
  std::vector<import::GivenWeight> given;
  for (const lc_weight_t &weight : llvm::ArrayRef(weights, count))
    given.push_back(
        {weight.name,
         dtypeName(weight.tensor.dtype),
         {weight.tensor.dims, weight.tensor.dims + weight.tensor.rank},
         weight.tensor.data});
  return c->finishImport(session->importGraph({json, size}, given, name));
}

size_t lc_compiler_operator_count(const lc_compiler_t *c) {
  return c->session ? c->session->coverage().operators : 0;
}

size_t lc_compiler_issue_count(const lc_compiler_t *c) {
  return c->session ? c->session->coverage().issues.size() : 0;
}

void lc_compiler_issue(const lc_compiler_t *c, size_t index,
                       lc_issue_t *issue) {
  const import::Issue &found = c->session->coverage().issues[index];
  give(issue,
       {0, found.schema.c_str(), found.reason.c_str(), found.arguments.c_str(),
        found.node.c_str(), found.where.module.c_str(),
        found.where.file.c_str(), found.where.line});
}

int32_t lc_compiler_run(lc_compiler_t *c) {
  if (int32_t code = c->needProgram())
    return code;
  return c->check(c->session->runPipeline());
}

int32_t lc_compiler_write(lc_compiler_t *c, const char *path, uint32_t flags) {
  if (int32_t code = c->needProgram())
    return code;
  return c->check(c->session->write(path, flags & LC_COMPILER_LEAVE_GIVEN));
}

int32_t lc_compiler_emit(lc_compiler_t *c, uint32_t flags, const void **data,
                         size_t *size) {
  c->artefact = nullptr;
  llvm::SmallString<128> folder;
  if (std::error_code error =
          llvm::sys::fs::createUniqueDirectory("lcompile", folder))
    return c->fail(LC_RESOURCE_EXHAUSTED,
                   "cannot make a temporary folder: " + error.message());
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, "model.so");
  int32_t code = c->needProgram();
  if (code == LC_OK)
    code = c->check(c->session->write(path, flags & LC_COMPILER_LEAVE_GIVEN,
                                      /*embedAll=*/true));
  if (code == LC_OK) {
    auto buffer = llvm::MemoryBuffer::getFile(path, false, false);
    if (buffer)
      c->artefact = std::move(*buffer);
    else
      code = c->fail(LC_RESOURCE_EXHAUSTED, "cannot read '" + path + "'");
  }
  llvm::sys::fs::remove_directories(folder);
  if (code == LC_OK) {
    *data = c->artefact->getBufferStart();
    *size = c->artefact->getBufferSize();
  }
  return code;
}

const char *lc_compiler_message(const lc_compiler_t *c) {
  return c->message.c_str();
}

const char *lc_compiler_diagnostics(lc_compiler_t *c) {
  c->diagnostics.clear();
  if (c->session)
    for (const std::string &text : c->session->diagnostics())
      c->diagnostics += text + "\n";
  return c->diagnostics.c_str();
}

size_t lc_compiler_phase_count(const lc_compiler_t *c) {
  return c->session ? c->session->phases().size() : 0;
}

void lc_compiler_phase(const lc_compiler_t *c, size_t index,
                       lc_phase_t *phase) {
  const PhaseReport &report = c->session->phases()[index];
  give(phase, {0, report.name.c_str(), report.cpuSeconds, report.operations,
               report.peakMiB});
}

int32_t lc_compiler_text(lc_compiler_t *c, const char **text, size_t *size) {
  if (int32_t code = c->needProgram())
    return code;
  c->text = c->session->text();
  *text = c->text.data();
  *size = c->text.size();
  return LC_OK;
}
