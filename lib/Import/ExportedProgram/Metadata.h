// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where nodes come from: what their metadata say about source and module.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_METADATA_H
#define LIB_IMPORT_EXPORTEDPROGRAM_METADATA_H

#include "lib/Import/ExportedProgram/Json.h"
#include "lib/Support/ModelLocation.h"

namespace lcompile::import {

/// The location of a node. The source line is that of the innermost frame
/// outside of PyTorch; `target` is the node's operator.
ModelLocation readLocation(Json node, llvm::StringRef target);

/// "torch.ops.aten.add.Tensor" as a schema name, "aten::add.Tensor"; other
/// targets stay as they are.
std::string schemaName(llvm::StringRef target);

/// Names of the program's results by its output tree: "output" for one,
/// "output0" for members of a tuple, the keys of a dictionary. Empty when there
/// is no tree or it does not have `count` leaves.
std::vector<std::string> readOutputNames(Json graphModule, size_t count);

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_METADATA_H
