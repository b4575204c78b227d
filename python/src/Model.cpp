// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// lcompile._runtime: loading and running artefacts (lcompile-c/Runtime.h).
#include "python/src/Array.h"

#include "lcompile-c/Runtime.h"
#include <memory>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace lcompile::python {

static void check(lc_status_t status) {
  if (!status)
    return;
  int32_t code = lc_status_code(status);
  std::string message = lc_status_message(status);
  lc_status_free(status);
  raise(code, message.c_str());
}

/// What allocates outputs: a framework's `empty(shape, dtype=...)` and its
/// dtypes.
class Framework {
public:
  explicit Framework(bool isTorch)
      : isTorch(isTorch),
        module(nb::module_::import_(isTorch ? "torch" : "numpy")),
        empty(module.attr("empty")) {
    static const char *const torchNames[] = {
        "",      "float32", "float64", "float16", "bfloat16", "int64",
        "int32", "int16",   "int8",    "uint8",   "bool"};
    for (uint32_t d = LC_DTYPE_F32; d <= LC_DTYPE_BOOL; ++d)
      if (isTorch || d != LC_DTYPE_BF16)
        dtypes[d] = isTorch ? module.attr(torchNames[d])
                            : module.attr("dtype")(torchNames[d]);
  }

  nb::object allocate(const lc_tensor_t &tensor) {
    nb::object &dtype = dtypes[tensor.dtype];
    if (!dtype) // NumPy has no bf16 of its own
      dtype = module.attr("dtype")(
          nb::module_::import_("ml_dtypes").attr("bfloat16"));
    PyObject *shape = PyTuple_New(tensor.rank);
    for (uint32_t d = 0; d < tensor.rank; ++d)
      PyTuple_SET_ITEM(shape, d, PyLong_FromLongLong(tensor.dims[d]));
    return empty(nb::steal<nb::object>(shape), nb::arg("dtype") = dtype);
  }

  /// One of each kind, never destroyed: Python may be gone by then.
  static Framework &get(bool isTorch) {
    static Framework *known[2] = {};
    if (!known[isTorch])
      known[isTorch] = new Framework(isTorch);
    return *known[isTorch];
  }

  const bool isTorch;

private:
  nb::object module, empty, dtypes[LC_DTYPE_BOOL + 1];
};

/// An artefact with its weights, and as many contexts as calls at the same
/// time.
class Model {
public:
  Model(const std::string &path, int threads, bool verify,
        const std::optional<std::string> &weights, nb::dict given) {
    lc_artefact_t *opened;
    {
      nb::gil_scoped_release release; // reads the whole file
      lc_status_t status = lc_artefact_open(path.c_str(), nullptr, &opened);
      nb::gil_scoped_acquire acquire;
      check(status);
    }
    artefact.reset(opened);
    executable = lc_artefact_executable(opened);
    if (!executable->n_functions)
      raise(LC_INCOMPATIBLE, "the artefact has no function");
    function = &executable->functions[0];
    openInstance(threads, verify, weights, given);
  }

  ~Model() {
    for (lc_context_t *context : idle)
      lc_context_close(context);
    lc_instance_close(instance);
  }

  nb::list run(nb::sequence arguments) {
    size_t count = nb::len(arguments);
    auto arrays = std::make_unique<Array[]>(count);
    std::vector<lc_tensor_t> inputs(count);
    bool isTorch = false, isNumpy = false;
    for (size_t i = 0; i < count; ++i) {
      bool isKnown = i < function->n_inputs;
      std::string what =
          "input '" + (isKnown ? function->inputs[i].name : std::to_string(i)) +
          "'";
      arrays[i].read(arguments[i],
                     isKnown ? function->inputs[i].dtype : LC_DTYPE_INVALID,
                     what.c_str());
      inputs[i] = arrays[i].tensor;
      (arrays[i].isTorch ? isTorch : isNumpy) |=
          inputs[i].rank != 0 || arrays[i].isTorch;
    }
    checkWritable(arrays.get(), count);
    Context context(*this);
    std::vector<lc_tensor_t> outputs(function->n_outputs);
    check(lc_context_shapes(context.get(), 0, inputs.data(), uint32_t(count),
                            outputs.data(), function->n_outputs));
    Framework &framework = Framework::get(isTorch || (!isNumpy && hasTorch()));
    nb::list results;
    auto written = std::make_unique<Array[]>(function->n_outputs);
    for (uint32_t i = 0; i < function->n_outputs; ++i) {
      if (function->outputs[i].alias >= 0)
        continue; // in the memory of the input
      nb::object result = framework.allocate(outputs[i]);
      written[i].read(result, LC_DTYPE_INVALID, "output");
      outputs[i].data = written[i].tensor.data;
      results.append(result);
    }
    lc_status_t status;
    {
      nb::gil_scoped_release release;
      status = lc_context_run(context.get(), 0, inputs.data(), uint32_t(count),
                              outputs.data(), function->n_outputs);
    }
    check(status);
    for (uint32_t i = 0; i < function->n_outputs; ++i)
      if (function->outputs[i].alias >= 0)
        arrays[function->outputs[i].alias].writeBack();
    return results;
  }

  nb::dict info() const {
    nb::dict result;
    result["name"] = executable->name;
    result["build_id"] = executable->build_id;
    result["compiler"] = executable->compiler;
    result["target"] = executable->target;
    result["weights_bytes"] = executable->weights_size;
    lc_instance_info_t instanceInfo = {
        sizeof instanceInfo, 0, 0, nullptr, 0, 0};
    lc_instance_info(instance, &instanceInfo);
    result["threads"] = instanceInfo.threads;
    result["released_bytes"] = instanceInfo.released_bytes;
    uint64_t arena = 0;
    for (lc_context_t *context : idle) {
      lc_context_info_t contextInfo = {sizeof contextInfo, 0, 0, 0, 0};
      lc_context_info(context, &contextInfo);
      arena += contextInfo.arena_reserved;
    }
    result["arena_bytes"] = arena;
    result["arena_formula"] = function->arena_text ? function->arena_text : "";
    return result;
  }

  /// (name, dtype, sizes as text, alias) of each.
  nb::list specs(bool ofOutputs) const {
    nb::list list;
    uint32_t count = ofOutputs ? function->n_outputs : function->n_inputs;
    const lc_tensor_spec_t *specs =
        ofOutputs ? function->outputs : function->inputs;
    for (uint32_t i = 0; i < count; ++i) {
      nb::list sizes;
      for (uint32_t d = 0; d < specs[i].rank; ++d)
        if (specs[i].dims[d].value >= 0)
          sizes.append(specs[i].dims[d].value);
        else
          sizes.append(specs[i].dims[d].text);
      list.append(nb::make_tuple(specs[i].name, lc_dtype_name(specs[i].dtype),
                                 nb::tuple(sizes), specs[i].alias));
    }
    return list;
  }

  nb::dict symbols() const {
    nb::dict result;
    for (uint32_t i = 0; i < function->n_symbols; ++i) {
      const lc_symbol_t &s = function->symbols[i];
      nb::object max =
          s.max == INT64_MAX ? nb::none() : nb::object(nb::int_(s.max));
      result[s.name] = nb::make_tuple(s.min, max, s.divisor);
    }
    return result;
  }

  /// (kernel, unit, model lines) of each dispatch, in order.
  nb::list dispatches() const {
    nb::list list;
    for (uint32_t i = 0; i < function->n_dispatches; ++i) {
      const lc_kernel_t &kernel =
          executable->kernels[function->dispatches[i].kernel];
      list.append(nb::make_tuple(kernel.name, kernel.unit,
                                 function->dispatches[i].source));
    }
    return list;
  }

private:
  void openInstance(int threads, bool verify,
                    const std::optional<std::string> &weights, nb::dict given) {
    std::vector<lc_given_t> list;
    std::vector<std::string> names;
    names.reserve(given.size());
    auto arrays = std::make_unique<Array[]>(given.size());
    for (auto [name, array] : given) {
      names.push_back(nb::cast<std::string>(name));
      Array &a = arrays[names.size() - 1];
      a.read(array, LC_DTYPE_INVALID, names.back().c_str());
      if (a.original)
        raise(LC_INVALID_ARGUMENT,
              ("constant '" + names.back() + "' is not dense").c_str());
      uint64_t size = lc_dtype_size(a.tensor.dtype);
      for (uint32_t d = 0; d < a.tensor.rank; ++d)
        size *= uint64_t(a.tensor.dims[d]);
      list.push_back({names.back().c_str(), a.tensor.data, size});
    }
    owners = given; // the memory must outlive the instance
    lc_instance_options_t options = {sizeof options,
                                     threads,
                                     verify ? LC_INSTANCE_VERIFY_WEIGHTS : 0u,
                                     weights ? weights->c_str() : nullptr,
                                     list.data(),
                                     list.size()};
    lc_status_t status;
    {
      nb::gil_scoped_release release; // packs weights
      status = lc_instance_open(artefact.get(), &options, &instance);
    }
    check(status);
  }

  void checkWritable(const Array *arrays, size_t count) const {
    for (uint32_t i = 0; i < function->n_outputs; ++i) {
      int32_t alias = function->outputs[i].alias;
      if (alias >= 0 && size_t(alias) < count && arrays[alias].isReadOnly)
        raise(LC_INVALID_ARGUMENT,
              ("input '" + std::string(function->inputs[alias].name) +
               "': the model writes into it, and it is read-only")
                  .c_str());
    }
  }

  static bool hasTorch() {
    return nb::cast<bool>(nb::module_::import_("sys").attr("modules").attr(
        "__contains__")("torch"));
  }

  /// A context for one call. The list of idle ones is guarded by the GIL.
  class Context {
  public:
    explicit Context(Model &model) : model(model) {
      if (model.idle.empty()) {
        check(lc_context_open(model.instance, &context));
        return;
      }
      context = model.idle.back();
      model.idle.pop_back();
    }
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
  const lc_executable_t *executable = nullptr;
  const lc_function_t *function = nullptr;
  lc_instance_t *instance = nullptr;
  std::vector<lc_context_t *> idle;
  nb::dict owners;
};

} // namespace lcompile::python

NB_MODULE(_runtime, m) {
  using namespace lcompile::python;
  m.doc() = "Loading and running artefacts: lcompile-c/Runtime.h.";
  nb::class_<Model>(m, "Model")
      .def(nb::init<const std::string &, int, bool,
                    const std::optional<std::string> &, nb::dict>(),
           nb::arg("path"), nb::arg("threads"), nb::arg("verify"),
           nb::arg("weights").none(), nb::arg("given"))
      .def("run", &Model::run)
      .def("info", &Model::info)
      .def("inputs", [](const Model &m) { return m.specs(false); })
      .def("outputs", [](const Model &m) { return m.specs(true); })
      .def("symbols", &Model::symbols)
      .def("dispatches", &Model::dispatches);
  m.def("isa", &lc_runtime_isa);
}
