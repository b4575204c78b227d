// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rt dialect: registration.
#include "dialects/rt/IR/RtDialect.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace lcompile::rt;

#include "dialects/rt/IR/RtDialect.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/rt/IR/RtOps.cpp.inc"

void RtDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/rt/IR/RtOps.cpp.inc"
      >();
}
