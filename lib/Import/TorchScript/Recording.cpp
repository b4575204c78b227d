// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finds and opens the plug-in, and records what it tells.
#include "lib/Import/TorchScript/Recording.h"

#include "lib/Support/OwnFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <dlfcn.h>

using namespace llvm;

namespace lcompile::import::torchscript {
namespace {

constexpr StringRef library = "liblcompile-torchscript.so";

struct Recorder {
  Recording &recording;
  std::vector<Block *> open;

  static Recorder &of(void *user) { return *static_cast<Recorder *>(user); }
};

std::vector<int64_t> list(size_t count, const int64_t *values) {
  return std::vector<int64_t>(values, values + count);
}

void onTensor(void *user, int64_t value, const lc_torchscript_tensor *t) {
  TensorConstant constant;
  constant.name = t->name ? t->name : "";
  constant.dtype = t->dtype;
  constant.sizes.assign(t->sizes, t->sizes + t->rank);
  constant.data = {static_cast<const char *>(t->data), t->bytes};
  constant.trainable = t->trainable;
  auto release = t->release;
  constant.owner = std::shared_ptr<const void>(
      t->owner, [release](const void *p) { release(const_cast<void *>(p)); });
  Recorder::of(user).recording.tensors.push_back({value, std::move(constant)});
}

void onNode(void *user, const lc_torchscript_node *n) {
  auto node = std::make_unique<Node>();
  node->kind = n->kind;
  node->operands = list(n->operand_count, n->operands);
  node->results = list(n->result_count, n->results);
  for (size_t i = 0; i < n->operand_count; ++i) {
    node->names.push_back(n->names[i]);
    node->types.push_back(n->types[i]);
  }
  node->resultType = n->result_type;
  node->attribute = n->attribute ? n->attribute : "";
  node->where.file = n->file;
  node->where.line = n->line;
  node->where.module = n->module;
  node->where.op = StringRef(n->kind).split('.').first.str();
  // "aten::add" is "aten.add" to people who write Python.
  if (size_t colons = node->where.op.find("::"); colons != std::string::npos)
    node->where.op.replace(colons, 2, ".");
  Recorder::of(user).open.back()->nodes.push_back(std::move(node));
}

lc_torchscript_sink makeSink() {
  lc_torchscript_sink sink = {};
  sink.size = sizeof(sink);
  sink.none = [](void *user, int64_t value) {
    Recorder::of(user).recording.scalars[value] = Datum();
  };
  sink.boolean = [](void *user, int64_t value, int constant) {
    Recorder::of(user).recording.scalars[value] = Datum(constant != 0);
  };
  sink.integer = [](void *user, int64_t value, int64_t constant) {
    Recorder::of(user).recording.scalars[value] = Datum(constant);
  };
  sink.real = [](void *user, int64_t value, double constant) {
    Recorder::of(user).recording.scalars[value] = Datum(constant);
  };
  sink.text = [](void *user, int64_t value, const char *text, size_t size) {
    Recorder::of(user).recording.scalars[value] =
        Datum(std::string(text, size));
  };
  sink.tensor = onTensor;
  sink.opaque = [](void *user, int64_t value, const char *what) {
    Recorder::of(user).recording.opaque[value] = what;
  };
  sink.input = [](void *user, int64_t value, const char *name, const char *type,
                  int64_t otherwise) {
    Recorder::of(user).recording.arguments.push_back(
        {value, name, type, otherwise});
  };
  sink.example = [](void *user, const char *path, int32_t dtype, int32_t rank,
                    const int64_t *sizes) {
    Example example = {dtype, SmallVector<int64_t>(sizes, sizes + rank)};
    Recorder::of(user).recording.examples.push_back({path, std::move(example)});
  };
  sink.node = onNode;
  sink.begin_block = [](void *user, size_t count, const int64_t *arguments) {
    Recorder &recorder = Recorder::of(user);
    Block &block = recorder.open.back()->nodes.back()->blocks.emplace_back();
    block.arguments = list(count, arguments);
    recorder.open.push_back(&block);
  };
  sink.end_block = [](void *user, size_t count, const int64_t *results) {
    Recorder::of(user).open.back()->results = list(count, results);
    Recorder::of(user).open.pop_back();
  };
  sink.result = [](void *user, int64_t value, const char *type) {
    Recorder::of(user).recording.result = value;
    Recorder::of(user).recording.resultType = type;
  };
  return sink;
}

lc_torchscript_read_fn openPlugin(std::string &error) {
  std::vector<std::string> tried;
  if (const char *asked = getenv("LCOMPILE_TORCHSCRIPT")) {
    tried.push_back(asked);
  } else {
    std::string folder = sys::path::parent_path(ownFile()).str();
    for (StringRef relative : {"../lib", "", "../lib/lcompile"}) {
      SmallString<256> path(folder);
      sys::path::append(path, relative, library);
      sys::path::remove_dots(path, /*remove_dot_dot=*/true);
      tried.push_back(path.str().str());
    }
  }
  for (const std::string &path : tried) {
    if (!sys::fs::exists(path))
      continue;
    // Never closed: weights stay in libtorch's memory.
    void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      error = "TorchScript archives are read with libtorch, which cannot be "
              "loaded (" +
              std::string(dlerror()) +
              "): install PyTorch 2.13 (pip install torch) and put its folder "
              "torch/lib "
              "into LD_LIBRARY_PATH";
      return nullptr;
    }
    if (void *symbol = dlsym(handle, "lc_torchscript_read"))
      return reinterpret_cast<lc_torchscript_read_fn>(symbol);
    error = path + " is not " + library.str();
    return nullptr;
  }
  error =
      "TorchScript archives are read by " + library.str() +
      ", which is not there: install lcompile with TorchScript support (build "
      "with "
      "-DLCOMPILE_BUILD_TORCHSCRIPT=ON and PyTorch 2.13), set "
      "LCOMPILE_TORCHSCRIPT "
      "to its path, or save the model with torch.export as .pt2; looked for";
  for (const std::string &path : tried)
    error += " " + path;
  return nullptr;
}

/// What a file that is no zip archive may be.
std::string describeFile(StringRef head) {
  if (head.empty())
    return "the file is empty";
  if (head.starts_with("\x80\x02") || head.starts_with("\x80\x04"))
    return "it is a pickle, as torch.save wrote before 1.6: load it in Python, "
           "then "
           "use torch.jit.trace or torch.jit.script and torch.jit.save, or "
           "torch.export";
  if (head.starts_with("version https://git-lfs"))
    return "it is a git-lfs pointer (run git lfs pull)";
  return "it is no zip archive";
}

} // namespace

bool record(StringRef path, bool keepsMode, Recording &recording,
            std::string &error) {
  std::string name = sys::path::filename(path).str();
  auto head = MemoryBuffer::getFileSlice(path, 32, 0);
  if (!head) {
    error = path.str() + ": " + head.getError().message();
    return false;
  }
  StringRef start = (*head)->getBuffer();
  uint64_t size = 0;
  if (!sys::fs::file_size(path, size) && size < 32)
    start = start.take_front(size);
  if (!start.starts_with("PK")) {
    error = name + ": not a TorchScript archive: " + describeFile(start);
    return false;
  }
  lc_torchscript_read_fn read = openPlugin(error);
  if (!read)
    return false;
  Recorder recorder{recording, {&recording.body}};
  lc_torchscript_sink sink = makeSink();
  char message[2048] = "";
  if (read(path.str().c_str(), keepsMode, &sink, &recorder, message,
           sizeof(message)) == 0)
    return true;
  StringRef text = message;
  error = name + ": ";
  if (text.consume_front("is not a TorchScript archive: "))
    error += "not a TorchScript archive: ";
  error += text;
  return false;
}

} // namespace lcompile::import::torchscript
