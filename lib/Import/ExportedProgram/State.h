// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program writes to that stays between calls.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_STATE_H
#define LIB_IMPORT_EXPORTEDPROGRAM_STATE_H

#include "lib/Import/ExportedProgram/Json.h"
#include "llvm/ADT/StringSet.h"

namespace lcompile::import {

/// The running statistics that a node moves, by their names in the graph: those
/// of batch_norm in training mode, whose schema does not show it.
llvm::SmallVector<llvm::StringRef> movedStatistics(Json node);

/// All that nodes of the graph move so.
llvm::StringSet<> movedStatisticsOf(Json graph);

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_STATE_H
