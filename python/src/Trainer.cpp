// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Training steps (lcompile-c/Training.h).
#include "python/src/Trainer.h"

#include "python/src/Framework.h"
#include <cstring>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

namespace lcompile::python {

static const char *kindName(uint32_t kind) {
  static const char *const names[] = {"", "parameter", "optimizer", "buffer",
                                      "counter"};
  return kind < std::size(names) ? names[kind] : "";
}

nb::object describeTraining(const Model &model) {
  const lc_executable_t &executable = model.executable();
  const lc_training_t *found = lc_executable_training(&executable);
  if (!found)
    return nb::none();
  const lc_training_t &training = *found;
  const lc_function_t &function = executable.functions[training.function];
  nb::list states;
  for (uint64_t i = 0; i < training.n_states; ++i) {
    const lc_state_t &state = training.states[i];
    const lc_tensor_spec_t &spec = function.inputs[state.input];
    nb::list sizes;
    for (uint32_t d = 0; d < state.rank; ++d)
      sizes.append(state.dims[d]);
    states.append(nb::make_tuple(spec.name, kindName(state.kind),
                                 lc_dtype_name(spec.dtype), nb::tuple(sizes),
                                 bool(state.flags & LC_STATE_SHARDED),
                                 state.constant < 0));
  }
  nb::dict result;
  result["world"] = training.world;
  result["zero"] = training.zero_stage;
  result["collectives"] = training.n_collectives;
  result["digest"] = training.digest;
  result["states"] = states;
  return result;
}

Trainer::Trainer(Model &model, Channel *channel) : table(model.executable()) {
  check(lc_trainer_open(model.handle(), channel ? channel->get() : nullptr,
                        &trainer));
  for (const uint32_t *i = lc_trainer_inputs(trainer); *i != UINT32_MAX; ++i)
    expected.push_back(*i);
  for (uint32_t i = 0; i < function().n_outputs; ++i)
    outputCount += function().outputs[i].alias < 0;
}

nb::list Trainer::step(nb::sequence given) {
  Arguments arguments(given, function(), expected);
  std::vector<lc_tensor_t> outputs(outputCount);
  lc_status_t status;
  {
    nb::gil_scoped_release release;
    status =
        lc_trainer_step(trainer, arguments.tensors.data(),
                        uint32_t(arguments.count), outputs.data(), outputCount);
  }
  check(status);
  // Outputs are in the context's memory until the next step.
  Framework &framework = Framework::get(arguments.wantsTorch());
  nb::list results;
  for (const lc_tensor_t &output : outputs) {
    nb::object result = framework.allocate(output);
    Array array;
    array.read(result, LC_DTYPE_INVALID, "output");
    size_t size = lc_dtype_size(output.dtype);
    for (uint32_t d = 0; d < output.rank; ++d)
      size *= size_t(output.dims[d]);
    if (size)
      std::memcpy(array.tensor.data, output.data, size);
    results.append(result);
  }
  return results;
}

void Trainer::checkIndex(uint32_t index) const {
  if (index >= training().n_states)
    raise(LC_INVALID_ARGUMENT, "no such state");
}

nb::object Trainer::state(uint32_t index, bool asTorch) {
  checkIndex(index);
  lc_tensor_t tensor;
  lc_trainer_state(trainer, index, &tensor);
  using Code = nb::dlpack::dtype_code;
  static constexpr Code codes[] = {Code::Float, Code::Float,  Code::Float,
                                   Code::Float, Code::Bfloat, Code::Int,
                                   Code::Int,   Code::Int,    Code::Int,
                                   Code::UInt,  Code::Bool};
  bool isBfloat = tensor.dtype == LC_DTYPE_BF16;
  // NumPy has no bf16 of its own: the bits, as what ml_dtypes calls them.
  Code code = isBfloat && !asTorch ? Code::UInt : codes[tensor.dtype];
  nb::dlpack::dtype dtype = {uint8_t(code),
                             uint8_t(8 * lc_dtype_size(tensor.dtype)), 1};
  size_t shape[LC_MAX_RANK];
  for (uint32_t d = 0; d < tensor.rank; ++d)
    shape[d] = size_t(tensor.dims[d]);
  nb::object owner = nb::find(this);
  if (asTorch)
    return nb::cast(nb::ndarray<nb::pytorch>(tensor.data, tensor.rank, shape,
                                             owner, nullptr, dtype));
  nb::object array = nb::cast(nb::ndarray<nb::numpy>(
      tensor.data, tensor.rank, shape, owner, nullptr, dtype));
  return isBfloat ? array.attr("view")(
                        nb::module_::import_("ml_dtypes").attr("bfloat16"))
                  : array;
}

void Trainer::bind(uint32_t index, nb::object array) {
  checkIndex(index);
  const char *name = function().inputs[training().states[index].input].name;
  Array view;
  view.read(array, LC_DTYPE_INVALID, name);
  if (view.original || view.isReadOnly)
    raise(LC_INVALID_ARGUMENT,
          ("state '" + std::string(name) + "': expected writable, dense memory")
              .c_str());
  check(lc_trainer_bind(trainer, index, &view.tensor));
  bound[nb::int_(index)] = array;
}

void Trainer::save(const std::string &path) {
  lc_status_t status;
  {
    nb::gil_scoped_release release;
    status = lc_trainer_save(trainer, path.c_str());
  }
  check(status);
}

void Trainer::load(const std::string &path) {
  lc_status_t status;
  {
    nb::gil_scoped_release release;
    status = lc_trainer_load(trainer, path.c_str());
  }
  check(status);
}

nb::dict Trainer::info() {
  lc_context_info_t info = {sizeof info, 0, 0, 0, 0};
  lc_context_info(lc_trainer_context(trainer), &info);
  nb::dict result;
  result["arena_bytes"] = info.arena_reserved;
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < training().n_states; ++i) {
    lc_tensor_t tensor;
    lc_trainer_state(trainer, uint32_t(i), &tensor);
    uint64_t size = lc_dtype_size(tensor.dtype);
    for (uint32_t d = 0; d < tensor.rank; ++d)
      size *= uint64_t(tensor.dims[d]);
    bytes += size;
  }
  result["state_bytes"] = bytes;
  return result;
}

} // namespace lcompile::python
