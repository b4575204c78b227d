// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program's inputs and outputs are for.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_SIGNATURE_H
#define LIB_IMPORT_EXPORTEDPROGRAM_SIGNATURE_H

#include "lib/Import/ExportedProgram/Json.h"

namespace lcompile::import {

struct SignatureInput {
  enum Kind {
    Tensor,   // given by the caller
    Number,   // an integer given by the caller
    Constant, // a number, string or None that export fixed
    Parameter,
    Buffer,
    BufferOutsideState, // not part of the state dict
    TensorConstant,
  } kind;
  std::string name; // in the graph
  std::string key;  // of a weight: "up.weight"
  Json argument;    // of a Constant: an Argument

  bool isWeight() const { return kind >= Parameter; }
  /// Where the archive keeps it: with the constants, or with the weights.
  bool isInConstants() const { return kind >= BufferOutsideState; }
};

struct SignatureOutput {
  enum Kind { User, BufferMutation, InputMutation, Gradient } kind;
  std::string target; // the buffer, parameter or input that it belongs to
  Json argument;
};

struct Signature {
  std::vector<SignatureInput> inputs;
  std::vector<SignatureOutput> outputs;
};

/// Reads the signature and checks it against the graph's inputs and outputs.
Signature readSignature(Json graphModule);

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_SIGNATURE_H
