// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C++ over lcompile-c/Runtime.h, header only, without exceptions.
//
//   auto artefact = lcompile::Artefact::open("model.so");
//   if (!artefact)
//     return fail(artefact.message());
//   auto instance = lcompile::Instance::open(*artefact);
//   auto context = lcompile::Context::open(*instance);
//   lc_tensor_t x = {data, LC_DTYPE_F32, 2, dims, nullptr}, y = {};
//   if (lcompile::Status s = context->run(0, {&x, 1}, {&y, 1}); !s.ok())
//     return fail(s.message());
//
// Objects own their handles and may be destroyed in any order. Thread rules are
// those of the C API: one call at a time per Context.
#ifndef LCOMPILE_LCOMPILE_HPP
#define LCOMPILE_LCOMPILE_HPP

#include "lcompile-c/Runtime.h"

#include <optional>
#include <span>
#include <string>
#include <utility>

namespace lcompile {

/// The result of a call: good, or a code with a message.
class [[nodiscard]] Status {
public:
  Status() = default;
  explicit Status(lc_status_t status) : status(status) {}
  Status(Status &&other) noexcept
      : status(std::exchange(other.status, nullptr)) {}
  Status &operator=(Status &&other) noexcept {
    std::swap(status, other.status);
    return *this;
  }
  ~Status() { lc_status_free(status); }

  bool ok() const { return !status; }
  lc_code_t code() const { return lc_code_t(lc_status_code(status)); }
  const char *message() const { return lc_status_message(status); }

private:
  lc_status_t status = nullptr;
};

/// A value, or the Status that says why there is none.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : value(std::move(value)) {}
  Result(Status status) : status(std::move(status)) {}

  explicit operator bool() const { return value.has_value(); }
  T &operator*() { return *value; }
  T *operator->() { return &*value; }
  lc_code_t code() const { return status.code(); }
  const char *message() const { return status.message(); }

private:
  std::optional<T> value;
  Status status;
};

namespace detail {
/// Owns a C handle.
template <typename T, void (*Close)(T *)> class Handle {
public:
  explicit Handle(T *handle) : handle(handle) {}
  Handle(Handle &&other) noexcept
      : handle(std::exchange(other.handle, nullptr)) {}
  Handle &operator=(Handle &&other) noexcept {
    std::swap(handle, other.handle);
    return *this;
  }
  ~Handle() {
    if (handle)
      Close(handle);
  }
  /// The C handle; stays owned by this object.
  T *get() const { return handle; }

private:
  T *handle;
};
} // namespace detail

/// A compiled file: what is inside, without weights.
class Artefact : public detail::Handle<lc_artefact_t, lc_artefact_close> {
public:
  using Handle::Handle;

  /// Opens a compiled shared object; `libraryPath` as in the C API.
  static Result<Artefact> open(const std::string &path,
                               const char *libraryPath = nullptr) {
    lc_artefact_options_t options = {sizeof options, libraryPath};
    lc_artefact_t *handle;
    if (lc_status_t status = lc_artefact_open(path.c_str(), &options, &handle))
      return Status(status);
    return Artefact(handle);
  }

  /// Functions, inputs, outputs, symbols, kernels.
  const lc_executable_t &executable() const {
    return *lc_artefact_executable(get());
  }

  /// The index of a function, or -1.
  int32_t find(const char *name) const { return lc_artefact_find(get(), name); }
};

/// An artefact with its weights; share it between threads.
class Instance : public detail::Handle<lc_instance_t, lc_instance_close> {
public:
  using Handle::Handle;

  /// Maps and packs the weights. `threads` 0: as compiled, else all cores.
  static Result<Instance> open(const Artefact &artefact, int32_t threads = 0,
                               const char *weightsPath = nullptr,
                               bool verifyWeights = false) {
    lc_instance_options_t options = {
        sizeof options,
        threads,
        verifyWeights ? LC_INSTANCE_VERIFY_WEIGHTS : 0u,
        weightsPath,
        nullptr,
        0};
    lc_instance_t *handle;
    if (lc_status_t status =
            lc_instance_open(artefact.get(), &options, &handle))
      return Status(status);
    return Instance(handle);
  }
};

/// What one thread of calls needs.
class Context : public detail::Handle<lc_context_t, lc_context_close> {
public:
  using Handle::Handle;

  static Result<Context> open(const Instance &instance) {
    lc_context_t *handle;
    if (lc_status_t status = lc_context_open(instance.get(), &handle))
      return Status(status);
    return Context(handle);
  }

  /// Checks inputs and fills in dtype, rank and dims of outputs.
  Status shapes(uint32_t function, std::span<const lc_tensor_t> inputs,
                std::span<lc_tensor_t> outputs) {
    return Status(lc_context_shapes(get(), function, inputs.data(),
                                    uint32_t(inputs.size()), outputs.data(),
                                    uint32_t(outputs.size())));
  }

  /// Runs a function; see lc_tensor_t for who provides the outputs' memory.
  Status run(uint32_t function, std::span<const lc_tensor_t> inputs,
             std::span<lc_tensor_t> outputs) {
    return Status(lc_context_run(get(), function, inputs.data(),
                                 uint32_t(inputs.size()), outputs.data(),
                                 uint32_t(outputs.size())));
  }

  Status startProfile() { return Status(lc_context_profile_start(get())); }
  Status stopProfile(const std::string &path) {
    return Status(lc_context_profile_stop(get(), path.c_str()));
  }
};

} // namespace lcompile

#endif // LCOMPILE_LCOMPILE_HPP
