// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statuses: made only for errors, so the good path never allocates.
#include "runtime/base/Status.h"

#include <stdlib.h>
#include <string.h>

struct lc_status_s {
  int32_t code;
  char message[1];
};

static lc_status_s outOfMemory = {LC_RESOURCE_EXHAUSTED, {0}};

lc_status_t lcompile::rt::makeStatus(int32_t code, const char *message) {
  size_t length = strlen(message);
  auto *status =
      static_cast<lc_status_s *>(malloc(sizeof(lc_status_s) + length));
  if (!status)
    return &outOfMemory;
  status->code = code;
  memcpy(status->message, message, length + 1);
  return status;
}

int32_t lc_status_code(lc_status_t status) {
  return status ? status->code : LC_OK;
}

const char *lc_status_message(lc_status_t status) {
  if (status == &outOfMemory)
    return "out of memory";
  return status ? status->message : "";
}

void lc_status_free(lc_status_t status) {
  if (status != &outOfMemory)
    free(status);
}
