// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whose tensors results are: torch's or NumPy's.
#ifndef PYTHON_SRC_FRAMEWORK_H
#define PYTHON_SRC_FRAMEWORK_H

#include "python/src/Array.h"

namespace lcompile::python {

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

} // namespace lcompile::python

#endif // PYTHON_SRC_FRAMEWORK_H
