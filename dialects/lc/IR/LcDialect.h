// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The lc dialect and its attributes.
#ifndef DIALECTS_LC_IR_LCDIALECT_H
#define DIALECTS_LC_IR_LCDIALECT_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/TensorEncoding.h"

#include "dialects/lc/IR/WeightStore.h"

#include "dialects/lc/IR/LcDialect.h.inc"

#include "dialects/lc/IR/LcEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/lc/IR/LcAttributes.h.inc"

#endif // DIALECTS_LC_IR_LCDIALECT_H
