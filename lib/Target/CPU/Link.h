// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Linking artefacts in this process, with lld.
#ifndef LIB_TARGET_CPU_LINK_H
#define LIB_TARGET_CPU_LINK_H

#include "lib/Target/CPU/ObjectCode.h"

namespace lcompile {

class OutputFile;

enum class OutputKind { sharedObject, executable, object };

struct LinkJob {
  OutputKind kind;
  llvm::ArrayRef<char> object; // the generated code
  bool usesLibrary = false;    // oneDNN
  uint64_t isa = 0;
  std::string supportFolder; // where the archives of the runtime are
};

/// Links into `output`, which the caller commits, and appends the footer
/// (lcompile-c/Footer.h). Calls are serialised.
llvm::Error linkArtefact(const LinkJob &job, OutputFile &output);

} // namespace lcompile

#endif // LIB_TARGET_CPU_LINK_H
