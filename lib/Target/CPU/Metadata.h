// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The description of the artefact (lcompile-c/Executable.h) as constant data.
#ifndef LIB_TARGET_CPU_METADATA_H
#define LIB_TARGET_CPU_METADATA_H

#include "lib/Target/CPU/ObjectCode.h"
#include "lib/Target/CPU/WeightsLayout.h"

namespace lcompile {

struct ArtefactInfo {
  std::string name, compiler, buildId;
  int threads = 0;
};

/// Adds `lc_executable_query` and everything it points to, from the attributes
/// that lc-plan-buffers left on `source`.
llvm::Error addMetadata(llvm::Module &module, mlir::ModuleOp source,
                        const ArtefactInfo &info, const CpuTarget &target,
                        const WeightsLayout &weights);

} // namespace lcompile

#endif // LIB_TARGET_CPU_METADATA_H
