// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shapes of a TorchScript program's inputs, and the names of its outputs.
#ifndef LIB_IMPORT_TORCHSCRIPT_INPUTS_H
#define LIB_IMPORT_TORCHSCRIPT_INPUTS_H

#include "lib/Import/InputSpec/InputSpec.h"
#include "lib/Import/TorchScript/Replay.h"

namespace lcompile::import::torchscript {

/// A type as Sink.h writes it.
struct TypeTree {
  char kind = '*'; // T i f b s n ? [ { ( *
  std::vector<TypeTree> parts;
  std::vector<std::string> names; // of a named tuple
  std::string text;               // of '*'
};
TypeTree parseType(llvm::StringRef text);

/// Decides what each argument of forward is: a tensor of the function, several
/// in a list, tuple or dict, or a constant.
class Inputs {
public:
  Inputs(const Recording &recording, ProgramBuilder &builder)
      : recording(recording), pb(builder) {}

  /// Adds the function's arguments. False on error, which is one line.
  bool declare(const std::vector<std::pair<std::string, std::string>> &specs,
               std::string &error);
  /// Gives the recorded arguments their values. After begin().
  void define(Replay &replay);

private:
  /// Leaves are numbers of function arguments; `scalars` of them are items.
  struct Plan {
    char kind; // T, i (item of a tensor), c (constant), [ ( {
    unsigned index = 0;
    Datum constant;
    int64_t otherwise = -1;
    std::vector<Plan> parts;
    std::vector<std::string> keys;
  };
  std::optional<Plan> plan(const TypeTree &type, const std::string &path,
                           int64_t otherwise);
  std::optional<Plan> planTensor(const std::string &path,
                                 const InputSpec &spec);
  std::optional<Plan> planParts(const TypeTree &type, const std::string &path);
  const InputSpec *specOf(const std::string &path);
  const Example *exampleOf(const std::string &path) const;
  /// True when a specification or example is for `path` or something in it.
  bool mentions(const std::string &path) const;
  std::vector<std::string> partsOf(const std::string &path) const;
  Cell cellOf(const Plan &plan, Replay &replay);
  std::string missingText() const;

  const Recording &recording;
  ProgramBuilder &pb;
  std::vector<InputSpec> specs;
  std::vector<bool> used;
  std::vector<Plan> plans;
  std::vector<std::pair<std::string, std::string>>
      missing; // name, example of a shape
  std::string problem;
};

/// The returned tensors with their names: "output", "output0" of a tuple, keys
/// of a dict, fields of a named tuple; "output1.0" inside of them. None is left
/// out.
void nameOutputs(const Cell &cell, const TypeTree &type,
                 const std::string &prefix, Data &outputs,
                 std::vector<std::string> &names);

} // namespace lcompile::import::torchscript

#endif // LIB_IMPORT_TORCHSCRIPT_INPUTS_H
