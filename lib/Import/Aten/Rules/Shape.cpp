// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of Shape operators.
#include "lib/Import/Aten/AtenCall.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

void lcompile::import::addShapeRules(AtenTable &table) {}
