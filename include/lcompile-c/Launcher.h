/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The command line of compiled executables, shared with lcompile-run.
 */
#ifndef LCOMPILE_C_LAUNCHER_H
#define LCOMPILE_C_LAUNCHER_H

#include "lcompile-c/Runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs an artefact as the command line says (`--help` tells how). `artefact`
 * stays the caller's; with NULL only `--help` works. `program` is the name for
 * messages and `usage` for the help. Returns the exit code: 0 good, 1 user
 * error or a result out of tolerance, 2 internal error. Not thread safe. */
LC_API int lc_launcher_main(int argc, char **argv, const char *program,
                            const char *usage, lc_artefact_t *artefact);

#ifdef __cplusplus
}
#endif
#endif /* LCOMPILE_C_LAUNCHER_H */
