// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tells the graph of a loaded TorchScript module to the sink.
#ifndef LIB_IMPORT_TORCHSCRIPT_WALK_H
#define LIB_IMPORT_TORCHSCRIPT_WALK_H

#include "lib/Import/TorchScript/Sink.h"

#include <torch/csrc/jit/api/module.h>

namespace lcompile::torchscript {

/// What else an archive says beside the loaded module.
struct ArchiveFacts {
  /// Bytes that were read to these addresses: libtorch believes what the
  /// archive says about the size of a storage.
  std::unordered_map<const void *, size_t> storages;
  /// What forward was traced with; None when it was not.
  c10::IValue examples;
};

/// Tells values that are not in the graph: constants, attributes, examples.
class ValueTeller {
public:
  ValueTeller(const torch::jit::Module &module, const ArchiveFacts &facts,
              const lc_torchscript_sink &sink, void *user);

  int64_t fresh() { return next++; }
  /// Tells `value` under the number `id`. Lists, tuples and dicts become nodes.
  /// `name` is the attribute's path, where there is one.
  void tell(int64_t id, const c10::IValue &value, const std::string &name);
  /// The number under which `value` was told; tensors are told once.
  int64_t told(const c10::IValue &value, const std::string &name);
  void tellExample(const std::string &path, const c10::IValue &value);

private:
  void tellTensor(int64_t id, const at::Tensor &tensor,
                  const std::string &name);
  void tellContainer(int64_t id, const char *kind,
                     const std::vector<c10::IValue> &elements,
                     const std::string &name);

  std::string whyUnreadable(const at::Tensor &tensor,
                            const std::string &name) const;

  const ArchiveFacts &facts;
  const lc_torchscript_sink &sink;
  void *user;
  int64_t next = 0;
  unsigned depth = 0; // of containers
  /// Parameters and buffers by what makes two tensors one.
  using Key =
      std::tuple<const void *, std::vector<int64_t>, std::vector<int64_t>, int>;
  static Key keyOf(const at::Tensor &tensor);
  std::map<Key, std::string> names;
  std::map<Key, int64_t> tensors;
  std::vector<at::Tensor> alive; // so that no key is used twice
};

/// The type as Sink.h writes it.
std::string encodeType(const c10::TypePtr &type);

/// A line of a Python file.
struct Place {
  std::string file;
  unsigned line = 0;
};

/// Where a range of the archive's code was written in Python. A traced range
/// has the whole Python stack as its text: lines "file.py(12): forward".
std::vector<Place> placesOf(const torch::jit::SourceRange &range);
/// True for torch's own Python files, which users do not look at.
bool isLibrary(const std::string &file);

std::optional<torch::jit::Method> forwardOf(const torch::jit::Module &module);

/// Tells the whole method `forward`. Throws what libtorch throws.
void tellForward(const torch::jit::Module &module, const ArchiveFacts &facts,
                 const lc_torchscript_sink &sink, void *user);

} // namespace lcompile::torchscript

#endif // LIB_IMPORT_TORCHSCRIPT_WALK_H
