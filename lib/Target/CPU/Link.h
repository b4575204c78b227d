// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Linking artefacts in this process, with lld.
#ifndef LIB_TARGET_CPU_LINK_H
#define LIB_TARGET_CPU_LINK_H

#include "lib/Target/CPU/ObjectCode.h"

namespace lcompile {

enum class OutputKind { sharedObject, executable, object };

struct LinkJob {
  OutputKind kind;
  llvm::ArrayRef<char> object; // the generated code
  bool usesLibrary = false;    // oneDNN
  std::string outputPath;
  uint64_t isa = 0;
  std::string supportFolder; // where the archives of the runtime are
};

/// Links and appends the footer (lcompile-c/Footer.h). Calls are serialised.
llvm::Error linkArtefact(const LinkJob &job);

} // namespace lcompile

#endif // LIB_TARGET_CPU_LINK_H
