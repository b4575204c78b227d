// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of Reduce operators.
#include "lib/Import/Aten/AtenCall.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

void lcompile::import::addReduceRules(AtenTable &table) {}
