// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// main of compiled executables.
#include "lcompile-c/Launcher.h"
#include "lcompile-c/Model.h"
#include "runtime/base/Platform.h"
#include "runtime/loader/Footer.h"

#include <stdio.h>
#include <string.h>

using namespace lcompile::rt;

static int refuse(const char *program, const char *message) {
  fprintf(stderr, "%s: error: %s\n", program, message);
  return 1;
}

int main(int argc, char **argv) {
  const char *path = argc > 0 ? argv[0] : "model";
  const char *slash = strrchr(path, '/');
  const char *program = slash ? slash + 1 : path;
  ErrorBuffer error;
  lc_footer_t footer;
  char own[PATH_MAX];
  programPath(own);
  if (checkFooter(own, footer, error) != LC_OK)
    return refuse(program, error.text);
  lc_artefact_t *artefact;
  if (lc_status_t status = lc_artefact_wrap(
          lc_executable_query(LC_EXECUTABLE_VERSION), &artefact)) {
    refuse(program, lc_status_message(status));
    lc_status_free(status);
    return 1;
  }
  int code = lc_launcher_main(argc, argv, program, program, artefact);
  lc_artefact_close(artefact);
  return code;
}
