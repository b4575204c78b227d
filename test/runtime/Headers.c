/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The public headers and the HAL are plain C, each on its own.
 */
#include "lcompile-c/Comm.h"
#include "lcompile-c/Footer.h"
#include "lcompile-c/Launcher.h"
#include "lcompile-c/Model.h"
#include "runtime/hal/Backend.h"

/* Referenced by nothing: this file only has to compile. */
uint32_t lcTestHeaders(void) { return LC_RUNTIME_API_MAJOR; }
