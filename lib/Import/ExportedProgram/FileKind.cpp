// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Says what a file is that is no exported program, and what to do with it.
#include "lib/Import/ExportedProgram/Archive.h"

using namespace llvm;

namespace lcompile::import {

std::string describeFile(ArrayRef<char> file) {
  StringRef head = StringRef(file.data(), file.size()).take_front(4096);
  if (head.starts_with("\x7f"
                       "ELF"))
    return "is an ELF object";
  if (head.starts_with("\x80\x02") || head.starts_with("\x80\x04"))
    return "is a pickle, as torch.save wrote before 1.6";
  if (head.starts_with("\x1f\x8b"))
    return "is a gzip file";
  if (head.size() > 8 && head[8] == '{' &&
      head.substr(1, 7).trim('\0').size() < 4)
    return "is a safetensors file";
  if (head.starts_with("version https://git-lfs"))
    return "is a git-lfs pointer (run git lfs pull)";
  if (head.contains("onnx"))
    return "looks like an ONNX model";
  auto isText = [](char c) {
    return (unsigned char)c >= 32 || c == '\n' || c == '\r' || c == '\t';
  };
  if (all_of(head, isText))
    return "is a text file";
  return "is not a zip archive";
}

std::string describeArchive(ArrayRef<ZipEntry> entries) {
  bool pickle = false, code = false, old = false;
  for (const ZipEntry &entry : entries) {
    StringRef name = entry.name;
    old |= name == "serialized_exported_program.json";
    pickle |= name.ends_with("data.pkl");
    code |= name.contains("/code/");
  }
  if (old)
    return "is a program that torch 2.7 or older exported: load it with "
           "torch.export.load and save it again with torch 2.8 or newer";
  if (pickle && code)
    return "is a TorchScript archive (torch.jit.save): rename it to .pt to "
           "import "
           "it as one";
  if (pickle)
    return "is a file of torch.save, which holds no program: export the model "
           "with torch.export.export and torch.export.save";
  return "is a zip archive without 'archive_format', expected a .pt2 archive "
         "(torch.export.save)";
}

} // namespace lcompile::import
