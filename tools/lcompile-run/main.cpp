// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lcompile-run: loads a compiled shared object and runs it as the command line
// says.
#include "lcompile-c/Launcher.h"

#include <stdio.h>

int main(int argc, char **argv) {
  const char *program = "lcompile-run";
  const char *usage = "lcompile-run MODEL.so";
  if (argc < 2 || argv[1][0] == '-')
    return lc_launcher_main(argc, argv, program, usage, nullptr);
  lc_artefact_t *artefact;
  if (lc_status_t status = lc_artefact_open(argv[1], nullptr, &artefact)) {
    fprintf(stderr, "%s: error: %s\n", program, lc_status_message(status));
    int code = lc_status_code(status) == LC_INTERNAL ? 2 : 1;
    lc_status_free(status);
    return code;
  }
  int code = lc_launcher_main(argc - 1, argv + 1, program, usage, artefact);
  lc_artefact_close(artefact);
  return code;
}
