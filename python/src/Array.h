// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Python's arrays and tensors as lc_tensor_t, without a copy.
#ifndef PYTHON_SRC_ARRAY_H
#define PYTHON_SRC_ARRAY_H

#include "lcompile-c/Types.h"
#include <memory>
#include <nanobind/nanobind.h>
#include <string>
#include <vector>

namespace lcompile::python {

namespace nb = nanobind;

/// A view of an array; lives while a call runs. Does not move: `tensor` points
/// into it.
struct Array {
  lc_tensor_t tensor = {};
  bool isTorch = false;
  bool isReadOnly = false;
  /// The caller's object, when `tensor` is a dense copy of it.
  nb::object original;
  nb::object holder; // keeps the memory of `tensor`

  Array() = default;
  Array(const Array &) = delete;
  ~Array();

  /// Views a torch tensor, a NumPy array, a number, or whatever speaks DLPack.
  /// What is not dense and row-major is copied. Numbers become 0-d tensors of
  /// `dtype`. TypeError for other objects; `what` names the array in messages.
  void read(nb::handle object, uint32_t dtype, const char *what);
  /// Copies what was written into the dense copy back to the caller's object.
  void writeBack();

private:
  bool readExchange(nb::handle object, const char *what);
  bool readBuffer(nb::handle object, const char *what);
  bool readNumber(nb::handle object, uint32_t dtype);
  void readDlpack(nb::handle object, const char *what);
  void setDtype(int code, int bits, int lanes, const char *what);
  bool isDense() const;

  int64_t dims[LC_MAX_RANK], strides[LC_MAX_RANK];
  Py_buffer buffer = {};
  union {
    int64_t integer;
    double f64;
    float f32;
    bool boolean;
  } number;
};

/// Dense arrays by name, viewed while this lives.
struct NamedArrays {
  /// InvalidArgumentError for one that is not dense; `kind` is what each is.
  NamedArrays(nb::dict given, const char *kind);
  size_t size() const { return names.size(); }

  std::vector<std::string> names;
  std::unique_ptr<Array[]> arrays;
};

/// Throws the class of lcompile.errors for `code`.
[[noreturn]] void raise(int32_t code, const char *message);

} // namespace lcompile::python

#endif // PYTHON_SRC_ARRAY_H
