// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The zero dialect: registration and rules.
#include "dialects/zero/IR/ZeroDialect.h"

#include "dialects/ccl/IR/CclDialect.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::zero;

#include "dialects/zero/IR/ZeroDialect.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/zero/IR/ZeroOps.cpp.inc"

void ZeroDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/zero/IR/ZeroOps.cpp.inc"
      >();
}

LogicalResult UnshardOp::verify() {
  auto whole = cast<RankedTensorType>(getType());
  if (!whole.hasStaticShape() ||
      getPart().getType() != ccl::partType(*this, whole))
    return emitOpError() << "expected the part of " << whole << ", found "
                         << getPart().getType() << " (unshard_c1)";
  return success();
}

LogicalResult ReleaseOp::verify() {
  for (Operation *user : getWhole().getUsers()) {
    Operation *here = (*this)->getBlock()->findAncestorOpInBlock(*user);
    if (here && (*this)->isBeforeInBlock(here))
      return emitOpError() << "expected no use of the whole behind it, found '"
                           << user->getName() << "' (release_c1)";
  }
  return success();
}
