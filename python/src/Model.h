// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A loaded artefact as Python sees it.
#ifndef PYTHON_SRC_MODEL_H
#define PYTHON_SRC_MODEL_H

#include "python/src/Array.h"

#include "lcompile-c/Runtime.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lcompile::python {

/// Throws what a status says, and frees it.
void check(lc_status_t status);

/// The arguments of a call, and what they say about its results.
struct Arguments {
  /// Argument i is input expected[i] of the function.
  Arguments(nb::sequence given, const lc_function_t &function,
            const std::vector<uint32_t> &expected);
  /// Results are torch's where an argument is, or where nothing tells and torch
  /// is loaded.
  bool wantsTorch() const;

  size_t count;
  std::unique_ptr<Array[]> arrays;
  std::vector<lc_tensor_t> tensors;

private:
  bool isTorch = false, isNumpy = false;
};

/// An artefact with its weights, and as many contexts as calls at the same
/// time.
class Model {
public:
  /// `given` has the constants that the artefact leaves out, by name.
  Model(const std::string &path, int threads, bool verify,
        const std::optional<std::string> &weights, nb::dict given);
  ~Model();

  nb::list run(nb::sequence arguments);
  nb::dict info() const;
  /// (name, dtype, sizes as text, alias) of each.
  nb::list specs(bool ofOutputs) const;
  nb::dict symbols() const;
  /// (kernel, unit, model lines) of each dispatch, in order.
  nb::list dispatches() const;

  const lc_executable_t &executable() const { return *table; }
  const lc_function_t &function() const { return table->functions[0]; }
  lc_instance_t *handle() const { return instance; }

private:
  void openInstance(int threads, bool verify,
                    const std::optional<std::string> &weights, nb::dict given);
  void checkWritable(const Array *arrays, size_t count) const;

  /// A context for one call. The list of idle ones is guarded by the GIL.
  class Context {
  public:
    explicit Context(Model &model);
    ~Context() { model.idle.push_back(context); }
    lc_context_t *get() { return context; }

  private:
    Model &model;
    lc_context_t *context = nullptr;
  };

  struct CloseArtefact {
    void operator()(lc_artefact_t *artefact) const {
      lc_artefact_close(artefact);
    }
  };
  std::unique_ptr<lc_artefact_t, CloseArtefact> artefact;
  const lc_executable_t *table = nullptr;
  lc_instance_t *instance = nullptr;
  std::vector<lc_context_t *> idle;
  nb::dict owners;
  std::vector<uint32_t> everyInput;
};

} // namespace lcompile::python

#endif // PYTHON_SRC_MODEL_H
