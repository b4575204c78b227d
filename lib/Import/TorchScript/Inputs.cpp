// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shapes of inputs, from specifications or from the example of a trace.
#include "lib/Import/TorchScript/Inputs.h"

#include "mlir/AsmParser/AsmParser.h"

using namespace mlir;

namespace lcompile::import::torchscript {

//===----------------------------------------------------------------------===//
// What is known about a path
//===----------------------------------------------------------------------===//

const InputSpec *Inputs::specOf(const std::string &path) {
  for (size_t i = 0; i < specs.size(); ++i)
    if (specs[i].name == path) {
      used[i] = true;
      return &specs[i];
    }
  return nullptr;
}

const Example *Inputs::exampleOf(const std::string &path) const {
  for (const auto &[name, example] : recording.examples)
    if (name == path)
      return &example;
  return nullptr;
}

bool Inputs::mentions(const std::string &path) const {
  auto within = [&](StringRef name) {
    return name == path || (name.consume_front(path) && name.starts_with("."));
  };
  return llvm::any_of(specs,
                      [&](const InputSpec &s) { return within(s.name); }) ||
         llvm::any_of(recording.examples,
                      [&](const auto &entry) { return within(entry.first); });
}

/// The names after "path." in specifications and examples, in order.
std::vector<std::string> Inputs::partsOf(const std::string &path) const {
  std::vector<std::string> parts;
  auto add = [&](StringRef name) {
    if (!name.consume_front(path + "."))
      return;
    std::string part = name.split('.').first.str();
    if (!llvm::is_contained(parts, part))
      parts.push_back(part);
  };
  for (const auto &[name, example] : recording.examples)
    add(name);
  for (const InputSpec &spec : specs)
    add(spec.name);
  return parts;
}

//===----------------------------------------------------------------------===//
// Planning
//===----------------------------------------------------------------------===//

std::optional<Inputs::Plan> Inputs::planTensor(const std::string &path,
                                               const InputSpec &spec) {
  const Example *example = exampleOf(path);
  MLIRContext *ctx = pb.context();
  Type element;
  if (!spec.dtype.empty())
    element = mlir::parseType(spec.dtype, ctx);
  else if (example)
    element = dtypeOf(example->dtype, ctx);
  if (!element) {
    problem = spec.dtype.empty() && example
                  ? "input '" + path + "' is of " + dtypeName(example->dtype) +
                        ", which lcompile does not have"
                  : "the specification of input '" + path +
                        "' has no dtype: write it last, such as " +
                        toText(spec) + (spec.dims.empty() ? "f32" : "xf32");
    return std::nullopt;
  }
  if (example && example->sizes.size() != spec.dims.size()) {
    problem = "input '" + path + "' was traced with " +
              std::to_string(example->sizes.size()) + " dimensions, '" +
              toText(spec) + "' has " + std::to_string(spec.dims.size());
    return std::nullopt;
  }
  lc::Dims dims;
  for (auto [i, size] : llvm::enumerate(spec.dims)) {
    if (size.isStatic()) {
      dims.push_back(lc::constant(ctx, size.min));
      continue;
    }
    std::string symbol = size.symbol;
    if (symbol.empty()) {
      symbol = path + "_" + std::to_string(i);
      std::replace(symbol.begin(), symbol.end(), '.', '_');
      auto taken = [&](const std::string &name) {
        return llvm::any_of(specs, [&](const InputSpec &other) {
          return llvm::any_of(
              other.dims, [&](const SizeSpec &s) { return s.symbol == name; });
        });
      };
      while (taken(symbol))
        symbol += "_";
    }
    dims.push_back(pb.addSymbol(symbol, size.min, size.max, size.step));
  }
  return Plan{'T', pb.addInput(path, dims, element), {}, -1, {}, {}};
}

std::optional<Inputs::Plan> Inputs::planParts(const TypeTree &type,
                                              const std::string &path) {
  Plan result{type.kind, 0, {}, -1, {}, {}};
  std::vector<std::string> parts;
  if (type.kind == '(') {
    for (size_t i = 0; i < type.parts.size(); ++i)
      parts.push_back(i < type.names.size() &&
                              mentions(path + "." + type.names[i])
                          ? type.names[i]
                          : std::to_string(i));
  } else if (type.kind == '[') {
    size_t count = partsOf(path).size();
    for (size_t i = 0; i < count; ++i)
      parts.push_back(std::to_string(i));
  } else {
    parts = partsOf(path);
    result.keys = parts;
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    const TypeTree &part = type.kind == '(' ? type.parts[i] : type.parts.back();
    auto inner = plan(part, path + "." + parts[i], -1);
    if (!inner)
      return std::nullopt;
    result.parts.push_back(std::move(*inner));
  }
  return result;
}

std::optional<Inputs::Plan>
Inputs::plan(const TypeTree &type, const std::string &path, int64_t otherwise) {
  auto constant = [](Datum value, int64_t otherwise = -1) {
    return Plan{'c', 0, std::move(value), otherwise, {}, {}};
  };
  if (!mentions(path) && otherwise >= 0)
    return constant({}, otherwise);
  switch (type.kind) {
  case '?':
    return mentions(path) ? plan(type.parts[0], path, otherwise) : constant({});
  case 'T': {
    const InputSpec *spec = specOf(path);
    if (spec && spec->hasShape)
      return planTensor(path, *spec);
    const Example *example = exampleOf(path);
    if (!example) {
      missing.push_back({path, "1x3x224x224xf32"});
      return constant(Datum::poison());
    }
    InputSpec recorded;
    for (int64_t size : example->sizes)
      recorded.dims.push_back({"", size, size, 1});
    return planTensor(path, recorded);
  }
  case 'i':
  case 'f':
  case 'b':
  case 'n': {
    const InputSpec *spec = specOf(path);
    double value;
    if (spec && !spec->hasShape &&
        (spec->fill == "true" || spec->fill == "false"))
      return constant(Datum(spec->fill == "true"));
    if (spec && !spec->hasShape && llvm::to_float(spec->fill, value))
      return constant(type.kind == 'f'   ? Datum(value)
                      : type.kind == 'b' ? Datum(value != 0)
                                         : Datum(int64_t(value)));
    // A number that may differ from call to call is a 0-d tensor of the
    // function.
    InputSpec number;
    number.dtype = type.kind == 'f' ? "f64" : type.kind == 'b' ? "i1" : "i64";
    if (spec && spec->hasShape && !spec->dims.empty()) {
      problem = "input '" + path + "' is a number: give it as '" + path + ": " +
                number.dtype + "', or as '" + path + ": =3' to fix it";
      return std::nullopt;
    }
    auto result = planTensor(path, number);
    if (result)
      result->kind = 'i';
    return result;
  }
  case '(':
    return planParts(type, path);
  case '[':
  case '{':
    if (mentions(path) && type.parts.back().kind == 'T')
      return planParts(type, path);
    if (type.parts.back().kind == 'T') {
      missing.push_back(
          {path + (type.kind == '[' ? ".0" : ".KEY"), "1x128xf32"});
      return constant(Datum::poison());
    }
    [[fallthrough]];
  default:
    problem =
        "input '" + path + "' is of the type " +
        (type.kind == '*'   ? type.text
         : type.kind == 's' ? std::string("str")
                            : std::string("list or dict of numbers")) +
        " and has no default, expected a tensor, number, or tensors in a list, "
        "tuple or dict";
    return std::nullopt;
  }
}

std::string Inputs::missingText() const {
  std::string names, example;
  for (const auto &[name, shape] : missing) {
    names += (names.empty() ? "" : ", ") + name;
    example += " --input '" + name + ": " + shape + "'";
  }
  return "the archive does not tell the sizes of " + names +
         ": state them, such as" + example + " (a size may be a range: 1..32)";
}

bool Inputs::declare(
    const std::vector<std::pair<std::string, std::string>> &given,
    std::string &error) {
  for (size_t i = 0; i < given.size(); ++i) {
    auto spec = parseInputSpec(given[i].second, error);
    if (!spec)
      return false;
    if (!given[i].first.empty())
      spec->name = given[i].first;
    if (spec->name.empty() && i < recording.arguments.size())
      spec->name = recording.arguments[i].name;
    specs.push_back(std::move(*spec));
  }
  used.assign(specs.size(), false);
  if (!unifySymbols(specs, error))
    return false;
  for (const Argument &argument : recording.arguments) {
    auto planned =
        plan(parseType(argument.type), argument.name, argument.otherwise);
    if (!planned) {
      error = problem;
      return false;
    }
    plans.push_back(std::move(*planned));
  }
  for (size_t i = 0; i < specs.size(); ++i) {
    if (used[i])
      continue;
    std::string names;
    for (const Argument &argument : recording.arguments)
      names += (names.empty() ? "" : ", ") + argument.name;
    error = "there is no input '" + specs[i].name + "' for '" +
            given[i].second +
            "', the inputs are: " + (names.empty() ? "none" : names);
    return false;
  }
  if (!missing.empty())
    error = missingText();
  return missing.empty();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Cell Inputs::cellOf(const Plan &plan, Replay &replay) {
  switch (plan.kind) {
  case 'c':
    return plan.otherwise >= 0 ? replay.constant(plan.otherwise)
                               : Cell(plan.constant);
  case 'T':
    return pb.input(plan.index);
  case 'i': {
    Value tensor = pb.input(plan.index).value();
    Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
    return Datum(Value(lc::ItemOp::create(
        pb.builder(), pb.builder().getUnknownLoc(), element, tensor)));
  }
  default: {
    auto box = std::make_shared<Container>();
    box->kind = plan.kind == '['   ? Container::List
                : plan.kind == '(' ? Container::Tuple
                                   : Container::Dict;
    for (const Plan &part : plan.parts)
      box->items.push_back(cellOf(part, replay));
    for (const std::string &key : plan.keys)
      box->keys.push_back(Datum(key));
    return box;
  }
  }
}

void Inputs::define(Replay &replay) {
  for (auto [argument, plan] : llvm::zip(recording.arguments, plans))
    replay.define(argument.value, cellOf(plan, replay));
}

} // namespace lcompile::import::torchscript
