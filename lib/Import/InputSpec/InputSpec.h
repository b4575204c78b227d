// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What users say about inputs: "x: batch=1..32x3x224x224xf32=rand(7)". Standard
// library only.
#ifndef LIB_IMPORT_INPUTSPEC_INPUTSPEC_H
#define LIB_IMPORT_INPUTSPEC_INPUTSPEC_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lcompile::import {

/// One dimension. The grammar, without blanks:
///
///   size   := [symbol '='] range
///   range  := N | N '..' N [':' step] | N '..?' [':' step] | '?'
///
/// `N` is a number; `?` is 1 or more. A step divides all values. A size that
/// is no single number varies; sizes with the same symbol vary together.
struct SizeSpec {
  static constexpr int64_t unbounded = INT64_MAX;

  std::string symbol; // empty: has no name
  int64_t min = 1, max = unbounded;
  int64_t step = 1;

  bool isStatic() const { return min == max; }
  bool operator==(const SizeSpec &) const = default;
};

/// An input. The grammar, blanks allowed around ':':
///
///   input  := [name ':'] shape [fill]  |  [name ':'] fill
///   shape  := (size 'x')* dtype  |  size ('x' size)*
///   fill   := '=' ('@' file | number | 'rand(' seed ')')
///   dtype  := f64 f32 f16 bf16 i64 i32 i16 i8 ui8 i1, and u8, bool
///   name   := a letter or '_', then letters, digits, '_', '.', '-'
///
/// "f32" alone is a tensor without dimensions.
struct InputSpec {
  std::string name;           // empty: found by position
  bool hasShape = false;      // false for a fill alone
  std::vector<SizeSpec> dims; // when hasShape
  std::string dtype;          // as MLIR writes it; empty when not said
  std::string fill;           // "@x.npy", "0", "rand(7)"; empty when not said
};

/// Null on error; `error` then tells what is wrong and where, in one line.
std::optional<InputSpec> parseInputSpec(std::string_view text,
                                        std::string &error);

/// As the grammar writes it: "batch=1..32", "8..512:8", "?".
std::string toText(const SizeSpec &size);
/// "x: batch=1..32x3xf32".
std::string toText(const InputSpec &input);

/// The sizes of all inputs that name the same symbol agree: "?" takes what
/// another one says. False when they do not; `error` then tells which.
bool unifySymbols(std::vector<InputSpec> &inputs, std::string &error);

} // namespace lcompile::import

#endif // LIB_IMPORT_INPUTSPEC_INPUTSPEC_H
