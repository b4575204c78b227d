// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The one list of dialects and passes; every tool starts from it.
#ifndef LIB_REGISTER_REGISTER_H
#define LIB_REGISTER_REGISTER_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace lcompile {

/// Our dialects and the upstream dialects that the pipeline uses.
void registerDialects(mlir::DialectRegistry &registry);

/// Our passes and pipelines, and the upstream passes that tests use.
void registerPasses();

} // namespace lcompile

#endif // LIB_REGISTER_REGISTER_H
