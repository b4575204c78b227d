// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interfaces of lc operations.
#ifndef DIALECTS_LC_IR_LCINTERFACES_H
#define DIALECTS_LC_IR_LCINTERFACES_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OpDefinition.h"

namespace lcompile::lc {
class GradientBuilder;
}

#include "dialects/lc/IR/LcInterfaces.h.inc"

#endif // DIALECTS_LC_IR_LCINTERFACES_H
