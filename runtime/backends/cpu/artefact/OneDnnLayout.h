// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the compiler uses of the library glue: packing weights while compiling.
// It calls the code that packs when an artefact is opened, so that both agree.
#ifndef LCOMPILE_RUNTIME_BACKENDS_CPU_ONEDNNLAYOUT_H
#define LCOMPILE_RUNTIME_BACKENDS_CPU_ONEDNNLAYOUT_H

#include "runtime/backends/cpu/artefact/Artefact.h"

namespace lcompile::rt::onednn {

/// The format tag of the layout that oneDNN prefers on this machine for the
/// weights of `op`, with so many threads (0: all cores). 0: as they are, or a
/// layout without a tag. The numbers of tags are part of oneDNN's ABI.
uint32_t preferredTag(const lc_library_op_t &op, int32_t threads);

/// Bytes of the weights as `op.weights_tag` lays them out; 0 on errors.
size_t packedSize(const lc_library_op_t &op);

/// Copies weights that lie as `op.weights` says to `to`, packedSize() bytes,
/// laid out as `op.weights_tag` says. False when oneDNN cannot.
bool packAsTagged(const lc_library_op_t &op, const void *from, void *to);

} // namespace lcompile::rt::onednn

#endif // LCOMPILE_RUNTIME_BACKENDS_CPU_ONEDNNLAYOUT_H
