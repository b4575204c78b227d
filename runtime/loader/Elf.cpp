// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bounds checks over ELF headers. The digest already says that the file is what
// the compiler wrote; this guards against files that never were artefacts and
// finds the needed libraries.
#include "runtime/loader/Elf.h"

#include <elf.h>
#include <string.h>

namespace lcompile::rt {

namespace {
struct File {
  const uint8_t *data;
  size_t size;

  bool holds(uint64_t offset, uint64_t length) const {
    return offset <= size && length <= size - offset;
  }
  template <typename T> T read(uint64_t offset) const {
    T value;
    memcpy(&value, data + offset, sizeof value);
    return value;
  }
  /// Where a virtual address lies in the file; false when it does not.
  bool locate(const Elf64_Ehdr &header, uint64_t address,
              uint64_t &offset) const {
    for (unsigned i = 0; i < header.e_phnum; ++i) {
      auto segment = read<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
      if (segment.p_type != PT_LOAD || address < segment.p_vaddr ||
          address - segment.p_vaddr >= segment.p_filesz)
        continue;
      offset = segment.p_offset + (address - segment.p_vaddr);
      return offset < size;
    }
    return false;
  }
};

int32_t damaged(const char *name, const char *what, Error error) {
  return fail(error, LC_INCOMPATIBLE, "'%s' is corrupted: %s", name, what);
}

int32_t readNeeds(const File &file, const Elf64_Ehdr &header,
                  const Elf64_Phdr &dynamic, const char *name, ElfNeeds &needs,
                  Error error) {
  uint64_t strings = 0, stringSize = 0,
           count = dynamic.p_filesz / sizeof(Elf64_Dyn);
  for (uint64_t i = 0; i < count; ++i) {
    auto entry = file.read<Elf64_Dyn>(dynamic.p_offset + i * sizeof(Elf64_Dyn));
    if (entry.d_tag == DT_NULL)
      break;
    if (entry.d_tag == DT_STRTAB &&
        !file.locate(header, entry.d_un.d_ptr, strings))
      return damaged(name, "its string table lies outside the file", error);
    if (entry.d_tag == DT_STRSZ)
      stringSize = entry.d_un.d_val;
  }
  if (!strings || !stringSize || !file.holds(strings, stringSize) ||
      file.data[strings + stringSize - 1])
    return damaged(name, "it has no good string table", error);
  for (uint64_t i = 0; i < count; ++i) {
    auto entry = file.read<Elf64_Dyn>(dynamic.p_offset + i * sizeof(Elf64_Dyn));
    if (entry.d_tag == DT_NULL)
      break;
    if (entry.d_tag != DT_NEEDED)
      continue;
    if (entry.d_un.d_val >= stringSize || needs.count == ElfNeeds::capacity)
      return damaged(name, "its list of libraries is not good", error);
    needs.libraries[needs.count++] =
        reinterpret_cast<const char *>(file.data + strings + entry.d_un.d_val);
  }
  return LC_OK;
}
} // namespace

int32_t checkElf(const uint8_t *data, size_t size, const char *name,
                 ElfNeeds &needs, Error error) {
  File file = {data, size};
  needs.count = 0;
  if (size < sizeof(Elf64_Ehdr) || memcmp(data, ELFMAG, SELFMAG))
    return fail(error, LC_INCOMPATIBLE, "'%s' is not a shared object", name);
  auto header = file.read<Elf64_Ehdr>(0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_X86_64)
    return fail(error, LC_INCOMPATIBLE,
                "'%s' is for another machine (ELF machine %u)", name,
                header.e_machine);
  if (header.e_type != ET_DYN)
    return fail(error, LC_INCOMPATIBLE, "'%s' is not a shared object", name);
  if (header.e_phentsize != sizeof(Elf64_Phdr) ||
      !file.holds(header.e_phoff,
                  uint64_t(header.e_phnum) * sizeof(Elf64_Phdr)))
    return damaged(name, "its program headers lie outside the file", error);
  if (header.e_shnum && (header.e_shentsize != sizeof(Elf64_Shdr) ||
                         !file.holds(header.e_shoff, uint64_t(header.e_shnum) *
                                                         sizeof(Elf64_Shdr))))
    return damaged(name, "its section headers lie outside the file", error);
  Elf64_Phdr dynamic = {};
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    auto segment =
        file.read<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!file.holds(segment.p_offset, segment.p_filesz) ||
        (segment.p_type == PT_LOAD && segment.p_filesz > segment.p_memsz))
      return damaged(name, "a segment lies outside the file", error);
    if (segment.p_type == PT_INTERP)
      return fail(error, LC_INCOMPATIBLE,
                  "'%s' is an executable: run it directly, or compile with -o "
                  "NAME.so",
                  name);
    if (segment.p_type == PT_DYNAMIC)
      dynamic = segment;
  }
  if (dynamic.p_type != PT_DYNAMIC)
    return damaged(name, "it has no dynamic table", error);
  return readNeeds(file, header, dynamic, name, needs, error);
}

} // namespace lcompile::rt
