// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Python's arrays and tensors as lc_tensor_t, without a copy.
#include "python/src/Array.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <string>

namespace lcompile::python {

void raise(int32_t code, const char *message) {
  nb::object error =
      nb::module_::import_("lcompile.errors").attr("from_code")(code, message);
  PyErr_SetObject(error.type().ptr(), error.ptr());
  throw nb::python_error();
}

namespace {

using dtype_code = nb::dlpack::dtype_code;

/// The C table of functions that a tensor type offers under
/// __dlpack_c_exchange_api__ (DLPack 1.2): a view of a tensor costs no Python
/// call.
struct ExchangeApi {
  uint32_t major, minor;
  void *previous;
  void *allocate, *fromObject, *toObject;
  int (*view)(void *object, nb::dlpack::dltensor *out);
  void *stream;
};

/// The table of the type, NULL without one. The last type is remembered: there
/// is one in most programs.
const ExchangeApi *exchangeApiOf(PyTypeObject *type) {
  static PyTypeObject *known = nullptr;
  static const ExchangeApi *api = nullptr;
  if (type == known)
    return api;
  PyObject *capsule = PyObject_GetAttrString(reinterpret_cast<PyObject *>(type),
                                             "__dlpack_c_exchange_api__");
  const ExchangeApi *found = nullptr;
  if (capsule)
    found = static_cast<const ExchangeApi *>(
        PyCapsule_GetPointer(capsule, "dlpack_exchange_api"));
  Py_XDECREF(capsule);
  PyErr_Clear();
  if (found && (found->major != 1 || !found->view))
    found = nullptr;
  if (found) {
    Py_INCREF(type);
    Py_XDECREF(known);
    known = type;
    api = found;
  }
  return found;
}

bool isTorchTensor(nb::handle object) {
  static PyObject *tensor = nullptr; // torch.Tensor, once torch is loaded
  if (!tensor) {
    // No import of torch: where it is not loaded there is no tensor of it.
    nb::object modules = nb::module_::import_("sys").attr("modules");
    nb::object torch = modules.attr("get")("torch");
    if (torch.is_none() || !nb::hasattr(torch, "Tensor"))
      return false;
    tensor = nb::object(torch.attr("Tensor")).release().ptr();
  }
  return PyObject_IsInstance(object.ptr(), tensor) == 1;
}

[[noreturn]] void typeError(const std::string &text) {
  PyErr_SetString(PyExc_TypeError, text.c_str());
  throw nb::python_error();
}

} // namespace

Array::~Array() {
  if (buffer.obj)
    PyBuffer_Release(&buffer);
}

void Array::setDtype(int code, int bits, int lanes, const char *what) {
  auto known = [&]() -> uint32_t {
    if (lanes != 1)
      return LC_DTYPE_INVALID;
    switch (dtype_code(code)) {
    case dtype_code::Float:
      return bits == 32   ? LC_DTYPE_F32
             : bits == 64 ? LC_DTYPE_F64
             : bits == 16 ? LC_DTYPE_F16
                          : LC_DTYPE_INVALID;
    case dtype_code::Bfloat:
      return LC_DTYPE_BF16;
    case dtype_code::Int:
      return bits == 64   ? LC_DTYPE_I64
             : bits == 32 ? LC_DTYPE_I32
             : bits == 16 ? LC_DTYPE_I16
             : bits == 8  ? LC_DTYPE_I8
                          : LC_DTYPE_INVALID;
    case dtype_code::UInt:
      return bits == 8 ? LC_DTYPE_U8 : LC_DTYPE_INVALID;
    case dtype_code::Bool:
      return LC_DTYPE_BOOL;
    default:
      return LC_DTYPE_INVALID;
    }
  };
  tensor.dtype = known();
  if (tensor.dtype == LC_DTYPE_INVALID)
    typeError(std::string(what) +
              ": arrays of this element type are not supported");
}

bool Array::isDense() const {
  int64_t expected = 1;
  for (uint32_t d = tensor.rank; d-- > 0;) {
    if (dims[d] == 0)
      return true;
    if (dims[d] != 1 && strides[d] != expected)
      return false;
    expected *= dims[d];
  }
  return true;
}

static void checkRank(int64_t rank, const char *what) {
  if (rank > LC_MAX_RANK)
    raise(LC_INVALID_ARGUMENT, (std::string(what) + ": rank " +
                                std::to_string(rank) + " is too high")
                                   .c_str());
}

bool Array::readExchange(nb::handle object, const char *what) {
  const ExchangeApi *api = exchangeApiOf(Py_TYPE(object.ptr()));
  if (!api)
    return false;
  nb::dlpack::dltensor view;
  if (api->view(object.ptr(), &view)) {
    PyErr_Clear();
    return false;
  }
  if (view.device.device_type != nb::device::cpu::value)
    typeError(std::string(what) +
              ": expected a tensor in the memory of the CPU");
  checkRank(view.ndim, what);
  tensor.data = static_cast<char *>(view.data) + view.byte_offset;
  tensor.rank = uint32_t(view.ndim);
  int64_t stride = 1;
  for (int d = view.ndim; d-- > 0;) {
    dims[d] = view.shape[d];
    strides[d] = view.strides ? view.strides[d] : stride;
    stride *= dims[d];
  }
  setDtype(view.dtype.code, view.dtype.bits, view.dtype.lanes, what);
  holder = nb::borrow(object);
  return true;
}

/// Format letters of the buffer protocol, native byte order.
static std::pair<int, int> parseFormat(const Py_buffer &buffer) {
  const char *format = buffer.format ? buffer.format : "B";
  if (*format == '@' || *format == '=' || *format == '<')
    ++format;
  int bits = int(buffer.itemsize) * 8;
  if (format[0] == 0 || format[1] != 0)
    return {-1, bits};
  switch (format[0]) {
  case 'e':
  case 'f':
  case 'd':
    return {int(dtype_code::Float), bits};
  case 'b':
  case 'h':
  case 'i':
  case 'l':
  case 'q':
    return {int(dtype_code::Int), bits};
  case 'B':
    return {int(dtype_code::UInt), bits};
  case '?':
    return {int(dtype_code::Bool), bits};
  default:
    return {-1, bits};
  }
}

bool Array::readBuffer(nb::handle object, const char *what) {
  if (!PyObject_CheckBuffer(object.ptr()))
    return false;
  nb::object source = nb::borrow(object);
  bool isBfloat = false;
  if (PyObject_GetBuffer(source.ptr(), &buffer, PyBUF_RECORDS_RO)) {
    PyErr_Clear();
    // NumPy itself has no bf16; the common extension type has no buffer format.
    nb::object dtype = nb::getattr(object, "dtype", nb::none());
    isBfloat = !dtype.is_none() &&
               nb::cast<std::string_view>(nb::str(dtype)) == "bfloat16";
    if (!isBfloat)
      return false;
    source = object.attr("view")("uint16");
    if (PyObject_GetBuffer(source.ptr(), &buffer, PyBUF_RECORDS_RO))
      throw nb::python_error();
  }
  checkRank(buffer.ndim, what);
  tensor.data = buffer.buf;
  tensor.rank = uint32_t(buffer.ndim);
  bool isWhole = true;
  for (int d = 0; d < buffer.ndim; ++d) {
    dims[d] = buffer.shape[d];
    isWhole &= buffer.strides[d] % buffer.itemsize == 0;
    strides[d] = buffer.strides[d] / buffer.itemsize;
  }
  if (!isWhole && tensor.rank) // strides that cut elements: let NumPy copy
    strides[tensor.rank - 1] = 0;
  auto [code, bits] = parseFormat(buffer);
  setDtype(isBfloat ? int(dtype_code::Bfloat) : code, bits, 1, what);
  isReadOnly = buffer.readonly;
  holder = nb::borrow(object);
  return true;
}

bool Array::readNumber(nb::handle object, uint32_t dtype) {
  bool isBool = PyBool_Check(object.ptr()), isInt = PyLong_Check(object.ptr());
  bool isFloat = PyFloat_Check(object.ptr());
  if (!isBool && !isInt && !isFloat)
    return false;
  tensor.data = &number;
  tensor.rank = 0;
  tensor.dtype = isBool ? LC_DTYPE_BOOL : isInt ? LC_DTYPE_I64 : LC_DTYPE_F64;
  if (isBool)
    number.boolean = object.ptr() == Py_True;
  else if (isInt)
    number.integer = nb::cast<int64_t>(object);
  else
    number.f64 = nb::cast<double>(object);
  if (isFloat && dtype == LC_DTYPE_F32) {
    number.f32 = float(number.f64);
    tensor.dtype = LC_DTYPE_F32;
  }
  isReadOnly = true;
  return true;
}

void Array::readDlpack(nb::handle object, const char *what) {
  nb::ndarray<nb::ro> array;
  if (!nb::try_cast(object, array))
    typeError(std::string(what) +
              ": expected a tensor, an array or a number, found " +
              Py_TYPE(object.ptr())->tp_name);
  if (array.device_type() != nb::device::cpu::value)
    typeError(std::string(what) +
              ": expected a tensor in the memory of the CPU");
  checkRank(int64_t(array.ndim()), what);
  tensor.data = const_cast<void *>(array.data());
  tensor.rank = uint32_t(array.ndim());
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    dims[d] = int64_t(array.shape(d));
    strides[d] = array.stride(d);
  }
  setDtype(array.dtype().code, array.dtype().bits, array.dtype().lanes, what);
  isReadOnly = true;
  holder = nb::cast(array);
}

void Array::read(nb::handle object, uint32_t dtype, const char *what) {
  tensor.dims = dims;
  tensor.strides = nullptr;
  isTorch = isTorchTensor(object);
  nb::object source = nb::borrow(object);
  if (isTorch) {
    // What torch keeps in another form (negated, sparse, requiring gradients)
    // it resolves itself.
    if (nb::cast<bool>(source.attr("requires_grad")))
      source = source.attr("detach")();
    if (nb::cast<bool>(source.attr("is_neg")()))
      source = source.attr("resolve_neg")();
  }
  if (!(isTorch && readExchange(source, what)) && !readNumber(source, dtype) &&
      !readBuffer(source, what))
    readDlpack(source, what);
  if (isDense())
    return;
  original = source;
  nb::object copy =
      isTorch ? source.attr("contiguous")()
              : nb::module_::import_("numpy").attr("ascontiguousarray")(source);
  if (buffer.obj)
    PyBuffer_Release(&buffer);
  bool wasReadOnly = isReadOnly;
  if (!(isTorch && readExchange(copy, what)) && !readBuffer(copy, what))
    readDlpack(copy, what);
  isReadOnly = wasReadOnly;
}

void Array::writeBack() {
  if (!original)
    return;
  if (isTorch)
    original.attr("copy_")(holder);
  else
    nb::module_::import_("numpy").attr("copyto")(original, holder);
}

NamedArrays::NamedArrays(nb::dict given, const char *kind)
    : arrays(std::make_unique<Array[]>(given.size())) {
  names.reserve(given.size());
  for (auto [name, array] : given) {
    names.push_back(nb::cast<std::string>(name));
    Array &a = arrays[names.size() - 1];
    a.read(array, LC_DTYPE_INVALID, names.back().c_str());
    if (a.original)
      raise(
          LC_INVALID_ARGUMENT,
          (std::string(kind) + " '" + names.back() + "' is not dense").c_str());
  }
}

} // namespace lcompile::python
