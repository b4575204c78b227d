// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// lcompile-opt: runs passes on IR files, for tests and for people who write
// passes.
#include "lib/Register/Register.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  lcompile::registerDialects(registry);
  lcompile::registerPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "lcompile optimizer driver\n", registry));
}
