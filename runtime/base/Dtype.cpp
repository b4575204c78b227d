// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes and names of element types.
#include "lcompile-c/Types.h"

size_t lc_dtype_size(uint32_t dtype) {
  switch (dtype) {
  case LC_DTYPE_F64:
  case LC_DTYPE_I64:
    return 8;
  case LC_DTYPE_F32:
  case LC_DTYPE_I32:
    return 4;
  case LC_DTYPE_F16:
  case LC_DTYPE_BF16:
  case LC_DTYPE_I16:
    return 2;
  case LC_DTYPE_I8:
  case LC_DTYPE_U8:
  case LC_DTYPE_BOOL:
    return 1;
  default:
    return 0;
  }
}

const char *lc_dtype_name(uint32_t dtype) {
  switch (dtype) {
  case LC_DTYPE_F32:
    return "f32";
  case LC_DTYPE_F64:
    return "f64";
  case LC_DTYPE_F16:
    return "f16";
  case LC_DTYPE_BF16:
    return "bf16";
  case LC_DTYPE_I64:
    return "i64";
  case LC_DTYPE_I32:
    return "i32";
  case LC_DTYPE_I16:
    return "i16";
  case LC_DTYPE_I8:
    return "i8";
  case LC_DTYPE_U8:
    return "u8";
  case LC_DTYPE_BOOL:
    return "bool";
  default:
    return "invalid";
  }
}
