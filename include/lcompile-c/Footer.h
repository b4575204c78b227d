/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The last bytes of a linked artefact (shared object or executable).
 *
 * The compiler appends them after linking; ELF ignores bytes behind its last
 * section. Loaders check them before any code of the file runs, so a truncated
 * or damaged file is refused, and so is one for another version or machine.
 * Little endian; at the very end of the file; not necessarily aligned.
 */
#ifndef LCOMPILE_C_FOOTER_H
#define LCOMPILE_C_FOOTER_H

#include "lcompile-c/Executable.h"

#define LC_FOOTER_MAGIC 0x31544f4f46434cull /* "LCFOOT1" */

typedef struct lc_footer_s {
  uint64_t magic;       /* LC_FOOTER_MAGIC */
  uint32_t version;     /* lc_executable_t.version */
  uint32_t struct_size; /* sizeof(lc_footer_t) */
  uint64_t isa;         /* lc_executable_t.isa */
  uint64_t size;        /* of the whole file with the footer, in bytes */
  uint64_t digest;      /* XXH3-64 of the first size - 8 bytes of the file */
} lc_footer_t;

LC_STATIC_ASSERT(sizeof(lc_footer_t) == 40, "ABI");

#endif /* LCOMPILE_C_FOOTER_H */
