// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LLVM's link-time optimiser asks for Polly where LLVM was built with it.
// Artefacts are linked without it; this satisfies the linker and does nothing.
#if __has_include("llvm/Plugins/PassPlugin.h")
#include "llvm/Plugins/PassPlugin.h"
#else
#include "llvm/Passes/PassPlugin.h"
#endif

llvm::PassPluginLibraryInfo getPollyPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "none", "", [](llvm::PassBuilder &) {}};
}
