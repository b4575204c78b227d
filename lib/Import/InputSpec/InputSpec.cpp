// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads the specifications of inputs.
#include "lib/Import/InputSpec/InputSpec.h"

#include <array>
#include <charconv>
#include <map>

namespace lcompile::import {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// The dtype names, and what MLIR calls them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> dtypes =
    {{{"f64", "f64"},
      {"f32", "f32"},
      {"f16", "f16"},
      {"bf16", "bf16"},
      {"i64", "i64"},
      {"i32", "i32"},
      {"i16", "i16"},
      {"i8", "i8"},
      {"ui8", "ui8"},
      {"u8", "ui8"},
      {"i1", "i1"},
      {"bool", "i1"}}};

class Parser {
public:
  Parser(std::string_view text, std::string &error) : all(text), error(error) {}

  std::optional<InputSpec> run();

private:
  bool fail(const std::string &what) {
    if (error.empty())
      error = "input '" + std::string(all) + "': " + what + " at column " +
              std::to_string(at + 1);
    return false;
  }
  std::string_view rest() const { return all.substr(at); }
  bool next(std::string_view text) {
    if (!rest().starts_with(text))
      return false;
    at += text.size();
    return true;
  }
  void blanks() {
    while (at < all.size() && (all[at] == ' ' || all[at] == '\t'))
      ++at;
  }
  void name(InputSpec &spec);
  bool number(int64_t &value);
  bool size(SizeSpec &size);
  bool dtype(InputSpec &spec);
  bool fill(InputSpec &spec);

  std::string_view all;
  std::string &error;
  size_t at = 0;
};

void Parser::name(InputSpec &spec) {
  size_t end = at;
  if (end == all.size() || !isLetter(all[end]))
    return;
  while (end < all.size() && (isLetter(all[end]) || isDigit(all[end]) ||
                              all[end] == '.' || all[end] == '-'))
    ++end;
  size_t colon = all.find_first_not_of(" \t", end);
  if (colon == std::string_view::npos || all[colon] != ':')
    return;
  spec.name = all.substr(at, end - at);
  at = colon + 1;
}

bool Parser::number(int64_t &value) {
  const char *begin = all.data() + at, *end = all.data() + all.size();
  if (begin == end || !isDigit(*begin))
    return fail("expected a size: a number, a range such as 1..32, or ?");
  auto [stop, code] = std::from_chars(begin, end, value);
  if (code != std::errc())
    return fail("the number is too large");
  at += stop - begin;
  return true;
}

bool Parser::size(SizeSpec &size) {
  if (at < all.size() && isLetter(all[at])) {
    size_t end = at;
    while (end < all.size() && (isLetter(all[end]) || isDigit(all[end])))
      ++end;
    if (end == all.size() || all[end] != '=')
      return fail("expected a size or a dtype, found '" +
                  std::string(all.substr(at, end - at)) +
                  "' (a symbol is written with its range: batch=1..32)");
    size.symbol = all.substr(at, end - at);
    at = end + 1;
  }
  if (next("?"))
    return true;
  size_t start = at;
  if (!number(size.min))
    return false;
  size.max = size.min;
  if (!next("..")) {
    if (!size.symbol.empty() && next(":"))
      return fail("a step needs a range: 8..512:8");
    return true;
  }
  if (next("?"))
    size.max = SizeSpec::unbounded;
  else if (!number(size.max))
    return false;
  if (next(":") && !number(size.step))
    return false;
  std::string written(all.substr(start, at - start));
  if (size.max < size.min)
    return fail("the range " + written + " ends before it starts");
  if (size.step < 1)
    return fail("a step is 1 or more");
  if (size.min % size.step ||
      (size.max != SizeSpec::unbounded && size.max % size.step))
    return fail("the ends of " + written + " are no multiples of its step");
  return true;
}

bool Parser::dtype(InputSpec &spec) {
  for (auto [written, type] : dtypes) {
    std::string_view tail = rest();
    if (!tail.starts_with(written))
      continue;
    tail.remove_prefix(written.size());
    // "i8=..1" would be a symbol; a fill never starts with a digit and "..".
    if (!tail.empty() && tail[0] != '=' && tail[0] != ' ' && tail[0] != '\t')
      continue;
    at += written.size();
    spec.dtype = type;
    return true;
  }
  return false;
}

bool Parser::fill(InputSpec &spec) {
  std::string_view text = rest();
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  bool good = false;
  if (text.starts_with("@")) {
    good = text.size() > 1;
  } else if (text.starts_with("rand(") && text.ends_with(")")) {
    std::string_view seed = text.substr(5, text.size() - 6);
    good = !seed.empty() && seed.find_first_not_of("0123456789") == seed.npos;
  } else {
    double value;
    auto [stop, code] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    good = code == std::errc() && stop == text.data() + text.size();
    good |= text == "true" || text == "false";
  }
  if (!good)
    return fail(
        "expected a value after '=': @file.npy, a number or rand(seed)");
  spec.fill = text;
  at = all.size();
  return true;
}

std::optional<InputSpec> Parser::run() {
  InputSpec spec;
  blanks();
  name(spec);
  blanks();
  if (at == all.size()) {
    fail("expected a shape such as 1x3x224x224xf32");
    return std::nullopt;
  }
  if (!rest().starts_with("=")) {
    spec.hasShape = true;
    do {
      if (dtype(spec))
        break;
      if (!size(spec.dims.emplace_back()))
        return std::nullopt;
    } while (next("x"));
  }
  if (next("=") && !fill(spec))
    return std::nullopt;
  blanks();
  if (at != all.size()) {
    fail("expected 'x', '=' or the end, found '" + std::string(rest()) + "'");
    return std::nullopt;
  }
  return spec;
}

} // namespace

std::optional<InputSpec> parseInputSpec(std::string_view text,
                                        std::string &error) {
  error.clear();
  return Parser(text, error).run();
}

std::string toText(const SizeSpec &size) {
  std::string text = size.symbol.empty() ? "" : size.symbol + "=";
  if (size.isStatic())
    return text + std::to_string(size.min);
  if (size.min == 1 && size.max == SizeSpec::unbounded && size.step == 1)
    return text + "?";
  text += std::to_string(size.min) + "..";
  text += size.max == SizeSpec::unbounded ? "?" : std::to_string(size.max);
  return size.step == 1 ? text : text + ":" + std::to_string(size.step);
}

std::string toText(const InputSpec &input) {
  std::string text = input.name.empty() ? "" : input.name + ": ";
  for (size_t i = 0; i < input.dims.size(); ++i)
    text += (i ? "x" : "") + toText(input.dims[i]);
  if (!input.dtype.empty())
    text += (input.dims.empty() ? "" : "x") + input.dtype;
  return input.fill.empty() ? text : text + "=" + input.fill;
}

bool unifySymbols(std::vector<InputSpec> &inputs, std::string &error) {
  std::map<std::string, SizeSpec> symbols;
  auto forEach = [&](auto visit) {
    for (InputSpec &input : inputs)
      for (SizeSpec &size : input.dims)
        if (!size.symbol.empty() && !visit(size))
          return false;
    return true;
  };
  bool agree = forEach([&](SizeSpec &size) {
    SizeSpec anything;
    anything.symbol = size.symbol;
    SizeSpec &known = symbols.try_emplace(size.symbol, size).first->second;
    if (known == anything)
      known = size;
    if (size == anything || size == known)
      return true;
    error = "the symbol '" + size.symbol + "' is given as " + toText(known) +
            " and as " + toText(size) + ", expected one range";
    return false;
  });
  return agree && forEach([&](SizeSpec &size) {
           size = symbols.at(size.symbol);
           return true;
         });
}

} // namespace lcompile::import
