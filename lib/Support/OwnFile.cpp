// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the compiler lies: what it needs is beside it.
#include "lib/Support/OwnFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include <dlfcn.h>

using namespace llvm;

namespace lcompile {

std::string ownFile() {
  static const char anchor = 0;
  Dl_info info;
  SmallString<256> path;
  // Of a program the loader knows what was typed, which says nothing when the
  // shell found it in PATH.
  if (dladdr(&anchor, &info) && info.dli_fname &&
      StringRef(info.dli_fname).contains('/') &&
      !sys::fs::real_path(info.dli_fname, path))
    return path.str().str();
  std::string program =
      sys::fs::getMainExecutable(nullptr, const_cast<char *>(&anchor));
  if (program.empty() || sys::fs::real_path(program, path))
    return "";
  return path.str().str();
}

} // namespace lcompile
