// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loading and running artefacts (lcompile-c/Runtime.h).
#include "python/src/Model.h"

#include "python/src/Framework.h"
#include <nanobind/stl/string.h>
#include <numeric>

namespace lcompile::python {

void check(lc_status_t status) {
  if (!status)
    return;
  int32_t code = lc_status_code(status);
  std::string message = lc_status_message(status);
  lc_status_free(status);
  raise(code, message.c_str());
}

static bool hasTorch() {
  return nb::cast<bool>(nb::module_::import_("sys").attr("modules").attr(
      "__contains__")("torch"));
}

Arguments::Arguments(nb::sequence given, const lc_function_t &function,
                     const std::vector<uint32_t> &expected)
    : count(nb::len(given)), arrays(std::make_unique<Array[]>(count)),
      tensors(count) {
  for (size_t i = 0; i < count; ++i) {
    const lc_tensor_spec_t *spec =
        i < expected.size() ? &function.inputs[expected[i]] : nullptr;
    std::string what =
        "input '" + (spec ? spec->name : std::to_string(i)) + "'";
    arrays[i].read(given[i], spec ? spec->dtype : LC_DTYPE_INVALID,
                   what.c_str());
    tensors[i] = arrays[i].tensor;
    (arrays[i].isTorch ? isTorch : isNumpy) |=
        tensors[i].rank != 0 || arrays[i].isTorch;
  }
}

bool Arguments::wantsTorch() const {
  return isTorch || (!isNumpy && hasTorch());
}

Model::Model(const std::string &path, int threads, bool verify,
             const std::optional<std::string> &weights, nb::dict given) {
  lc_artefact_t *opened;
  {
    nb::gil_scoped_release release; // reads the whole file
    lc_status_t status = lc_artefact_open(path.c_str(), nullptr, &opened);
    nb::gil_scoped_acquire acquire;
    check(status);
  }
  artefact.reset(opened);
  table = lc_artefact_executable(opened);
  if (!table->n_functions)
    raise(LC_INCOMPATIBLE, "the artefact has no function");
  everyInput.resize(function().n_inputs);
  std::iota(everyInput.begin(), everyInput.end(), 0);
  openInstance(threads, verify, weights, given);
}

Model::~Model() {
  for (lc_context_t *context : idle)
    lc_context_close(context);
  lc_instance_close(instance);
}

nb::list Model::run(nb::sequence given) {
  Arguments arguments(given, function(), everyInput);
  const Array *arrays = arguments.arrays.get();
  const lc_tensor_t *inputs = arguments.tensors.data();
  size_t count = arguments.count;
  checkWritable(arrays, count);
  Context context(*this);
  std::vector<lc_tensor_t> outputs(function().n_outputs);
  check(lc_context_shapes(context.get(), 0, inputs, uint32_t(count),
                          outputs.data(), function().n_outputs));
  Framework &framework = Framework::get(arguments.wantsTorch());
  nb::list results;
  auto written = std::make_unique<Array[]>(function().n_outputs);
  for (uint32_t i = 0; i < function().n_outputs; ++i) {
    if (function().outputs[i].alias >= 0)
      continue; // in the memory of the input
    nb::object result = framework.allocate(outputs[i]);
    written[i].read(result, LC_DTYPE_INVALID, "output");
    outputs[i].data = written[i].tensor.data;
    results.append(result);
  }
  lc_status_t status;
  {
    nb::gil_scoped_release release;
    status = lc_context_run(context.get(), 0, inputs, uint32_t(count),
                            outputs.data(), function().n_outputs);
  }
  check(status);
  for (uint32_t i = 0; i < function().n_outputs; ++i)
    if (function().outputs[i].alias >= 0)
      arguments.arrays[function().outputs[i].alias].writeBack();
  return results;
}

nb::dict Model::info() const {
  nb::dict result;
  result["name"] = table->name;
  result["build_id"] = table->build_id;
  result["compiler"] = table->compiler;
  result["target"] = table->target;
  result["weights_bytes"] = table->weights_size;
  lc_instance_info_t instanceInfo = {sizeof instanceInfo, 0, 0, nullptr, 0, 0};
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
  result["arena_formula"] = function().arena_text ? function().arena_text : "";
  return result;
}

nb::list Model::specs(bool ofOutputs) const {
  nb::list list;
  uint32_t count = ofOutputs ? function().n_outputs : function().n_inputs;
  const lc_tensor_spec_t *specs =
      ofOutputs ? function().outputs : function().inputs;
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

nb::dict Model::symbols() const {
  nb::dict result;
  for (uint32_t i = 0; i < function().n_symbols; ++i) {
    const lc_symbol_t &s = function().symbols[i];
    nb::object max =
        s.max == INT64_MAX ? nb::none() : nb::object(nb::int_(s.max));
    result[s.name] = nb::make_tuple(s.min, max, s.divisor);
  }
  return result;
}

nb::list Model::dispatches() const {
  nb::list list;
  for (uint32_t i = 0; i < function().n_dispatches; ++i) {
    const lc_kernel_t &kernel = table->kernels[function().dispatches[i].kernel];
    list.append(nb::make_tuple(kernel.name, kernel.unit,
                               function().dispatches[i].source));
  }
  return list;
}

void Model::openInstance(int threads, bool verify,
                         const std::optional<std::string> &weights,
                         nb::dict given) {
  NamedArrays views(given, "constant");
  std::vector<lc_given_t> list;
  for (size_t i = 0; i < views.size(); ++i) {
    const lc_tensor_t &tensor = views.arrays[i].tensor;
    uint64_t size = lc_dtype_size(tensor.dtype);
    for (uint32_t d = 0; d < tensor.rank; ++d)
      size *= uint64_t(tensor.dims[d]);
    list.push_back({views.names[i].c_str(), tensor.data, size});
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

void Model::checkWritable(const Array *arrays, size_t count) const {
  for (uint32_t i = 0; i < function().n_outputs; ++i) {
    int32_t alias = function().outputs[i].alias;
    if (alias >= 0 && size_t(alias) < count && arrays[alias].isReadOnly)
      raise(LC_INVALID_ARGUMENT,
            ("input '" + std::string(function().inputs[alias].name) +
             "': the model writes into it, and it is read-only")
                .c_str());
  }
}

Model::Context::Context(Model &model) : model(model) {
  if (model.idle.empty()) {
    check(lc_context_open(model.instance, &context));
    return;
  }
  context = model.idle.back();
  model.idle.pop_back();
}

} // namespace lcompile::python
