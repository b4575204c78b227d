// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loads TorchScript archives with libtorch; the only C function that the rest
// of lcompile sees.
#include "lib/Import/TorchScript/Walk.h"

#include <caffe2/serialize/file_adapter.h>
#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/csrc/jit/serialization/import_read.h>

#include <c10/util/Exception.h>
#include <new>

namespace {

using caffe2::serialize::PyTorchStreamReader;
using lcompile::torchscript::ArchiveFacts;

/// Remembers what was read where to: records of tensors go to their storage in
/// one piece.
class File final : public caffe2::serialize::ReadAdapterInterface {
public:
  explicit File(const std::string &path) : file(path) {}
  size_t size() const override { return file.size(); }
  size_t read(uint64_t at, void *to, size_t n,
              const char *what) const override {
    size_t count = file.read(at, to, n, what);
    reads.push_back({at, to, count});
    return count;
  }
  struct Read {
    uint64_t at;
    void *to;
    size_t count;
  };
  mutable std::vector<Read> reads; // in order

private:
  caffe2::serialize::FileAdapter file;
};

void findStorages(File &file, PyTorchStreamReader &reader,
                  ArchiveFacts &facts) {
  std::vector<File::Read> reads = std::move(file.reads);
  std::unordered_map<uint64_t, size_t> records;
  for (const std::string &record : reader.getAllRecords())
    records[reader.getRecordOffset(record)] = reader.getRecordSize(record);
  // Memory is used again: the last record at an address is the one that lives.
  for (const File::Read &read : reads)
    if (auto record = records.find(read.at);
        record != records.end() && record->second == read.count)
      facts.storages[read.to] = read.count;
}

/// What torch.jit.trace was called with; the shapes only.
void findExamples(PyTorchStreamReader &reader, ArchiveFacts &facts) {
  if (!reader.hasRecord("traced_inputs.pkl"))
    return;
  try {
    c10::IValue all = torch::jit::readArchiveAndTensors(
        "traced_inputs", "", "traced_inputs/", std::nullopt, std::nullopt,
        c10::kCPU, reader);
    if (all.isGenericDict())
      for (const auto &entry : all.toGenericDict())
        if (entry.key().isString() && entry.key().toStringRef() == "forward")
          facts.examples = entry.value();
  } catch (const std::exception &) {
    // Examples help; without them users state the sizes.
  }
}

bool endsWith(const std::string &text, const std::string &end) {
  return text.size() >= end.size() &&
         text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Brackets, blocks and chains of operators deeper than any model's, which
/// libtorch would follow until its stack ends.
bool isTooDeep(std::string_view code) {
  constexpr int limit = 400;
  int brackets = 0, indent = 0, chain = 0;
  bool lineStart = true, inText = false;
  for (size_t i = 0; i < code.size(); ++i) {
    char c = code[i];
    if (c == '"' || (inText && c == '\\')) {
      inText ^= c == '"';
      i += c == '\\';
      continue;
    }
    if (inText)
      continue;
    bool opens = c == '(' || c == '[' || c == '{';
    brackets += opens - (c == ')' || c == ']' || c == '}');
    if (c == '\n')
      indent = 0;
    else if (lineStart && c == ' ')
      ++indent;
    lineStart = c == '\n' || (lineStart && c == ' ');
    if (opens || lineStart || c == ',')
      chain = 0;
    else if (std::string_view("+-*/%~.&|^<>=@ ").find(c) !=
             std::string_view::npos)
      ++chain;
    if (brackets > limit || indent > 2 * limit || chain > 2 * limit)
      return true;
  }
  return false;
}

/// What the archive is when it is no TorchScript program that can be loaded
/// without running any of it; empty when it is one.
std::string whyNot(PyTorchStreamReader &reader) {
  bool constants = reader.hasRecord("constants.pkl");
  bool pickle = reader.hasRecord("data.pkl");
  for (const std::string &record : reader.getAllRecords()) {
    if (record == "archive_format" ||
        record == "serialized_exported_program.json" ||
        record.rfind("models/", 0) == 0)
      return "is a torch.export archive: give it the ending .pt2";
    if (!constants || record.rfind("code/", 0) != 0 || !endsWith(record, ".py"))
      continue;
    auto [data, size] = reader.getRecord(record);
    std::string_view code(static_cast<const char *>(data.get()), size);
    if (code.find("def __setstate__(") != std::string_view::npos)
      return "has a class in " + record +
             " whose __setstate__ runs when it is "
             "loaded, which lcompile does not do: use torch.export instead";
    if (isTooDeep(code))
      return "nests the code in " + record + " too deeply";
  }
  if (constants)
    return "";
  if (!pickle)
    return "is a zip archive without a TorchScript program";
  auto [data, size] = reader.getRecord("data.pkl");
  std::string_view bytes(static_cast<const char *>(data.get()), size);
  if (bytes.find("_parameters") != std::string_view::npos)
    return "is a pickled nn.Module (torch.save), which needs its Python code: "
           "load it "
           "in Python and save it with torch.jit.trace or torch.jit.script and "
           "torch.jit.save, or with torch.export";
  return "is a file of torch.save with tensors only, such as a state dict, and "
         "holds "
         "no program: load it into its model in Python, then use "
         "torch.jit.trace or "
         "torch.jit.script and torch.jit.save, or torch.export";
}

/// The first line of the cause with words in it, without libtorch's decoration.
std::string firstLine(const char *what) {
  std::istringstream lines(what);
  std::string line;
  while (std::getline(lines, line) &&
         line.find_first_not_of(" \t\r") == line.npos)
    ;
  if (size_t end = line.find("] . ");
      line.rfind("[enforce fail", 0) == 0 && end != line.npos)
    line = line.substr(end + 4);
  line = line.substr(0, line.find(" This is an internal miniz error"));
  for (char &c : line)
    if (c < ' ' || c > '~')
      c = '?';
  return line.empty() ? "unknown error" : line;
}

/// What libtorch warns of says nothing about the import.
struct Silence final : c10::WarningHandler {
  void process(const c10::Warning &) override {}
};

/// Memory that a damaged archive asks for in vain is an exception here, even
/// where the compiler has made it the end of the process.
struct ThrowingNew {
  std::new_handler handler = std::set_new_handler(nullptr);
  ~ThrowingNew() { std::set_new_handler(handler); }
};

int fail(char *error, size_t size, const std::string &text) {
  if (size)
    snprintf(error, size, "%s", text.c_str());
  return 1;
}

} // namespace

extern "C" __attribute__((visibility("default"))) int
lc_torchscript_read(const char *path, int keep_mode,
                    const lc_torchscript_sink *sink, void *user, char *error,
                    size_t error_size) {
  ThrowingNew throwing;
  Silence silence;
  c10::WarningUtils::WarningHandlerGuard guard(&silence);
  std::string stage = "is not a TorchScript archive: ";
  try {
    if (sink->size != sizeof(lc_torchscript_sink))
      return fail(
          error, error_size,
          "cannot be read: liblcompile-torchscript.so is of another version "
          "than the compiler");
    auto file = std::make_shared<File>(path);
    PyTorchStreamReader reader(file);
    if (std::string reason = whyNot(reader); !reason.empty())
      return fail(error, error_size, reason);
    stage = "cannot be loaded by libtorch: ";
    file->reads.clear();
    torch::jit::Module module = torch::jit::load(file, c10::kCPU);
    ArchiveFacts facts;
    findStorages(*file, reader, facts);
    findExamples(reader, facts);
    if (!keep_mode)
      module.eval();
    if (!lcompile::torchscript::forwardOf(module))
      return fail(error, error_size,
                  "has no method 'forward', only " +
                      (module.get_methods().empty()
                           ? std::string("data")
                           : module.get_methods()[0].name()));
    stage = "cannot be read: ";
    lcompile::torchscript::tellForward(module, facts, *sink, user);
    return 0;
  } catch (const c10::Error &e) {
    std::string cause = firstLine(e.what_without_backtrace());
    if (cause.rfind("Unknown builtin op", 0) == 0)
      cause +=
          " It belongs to an extension; lcompile knows PyTorch's own operators";
    return fail(error, error_size, stage + cause);
  } catch (const std::bad_alloc &) {
    return fail(error, error_size,
                stage + "it asks for more memory than there is");
  } catch (const std::exception &e) {
    return fail(error, error_size, stage + firstLine(e.what()));
  } catch (...) {
    return fail(error, error_size, stage + "unknown error");
  }
}
