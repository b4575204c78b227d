// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Optimizers and their numbers from text.
#include "passes/2_train/Optimizer.h"

using namespace mlir;
using namespace lcompile;

static constexpr StringLiteral names[] = {"sgd", "adam", "adamw", "lamb"};

StringRef Optimizer::name() const { return names[kind]; }

llvm::Expected<Optimizer> Optimizer::parse(StringRef text) {
  Optimizer result;
  auto [name, rest] = text.split(',');
  const StringLiteral *known = llvm::find(names, name.trim());
  if (known == std::end(names))
    return llvm::createStringError("unknown optimizer '" + name.trim() +
                                   "', expected sgd, adam, adamw or lamb");
  result.kind = Kind(known - std::begin(names));
  if (result.kind == lamb)
    result.eps = 1e-6;
  if (result.kind == adamw)
    result.weightDecay = 1e-2; // torch.optim's
  bool hasRate = false;
  SmallVector<StringRef> options;
  rest.split(options, ',', -1, /*KeepEmpty=*/false);
  for (StringRef option : options) {
    hasRate |= option.trim().starts_with("lr=");
    if (llvm::Error error = result.set(option.trim()))
      return error;
  }
  if (!hasRate)
    return llvm::createStringError("optimizer " + result.name() +
                                   " needs a learning rate: " + result.name() +
                                   ",lr=1e-3 or lr=input");
  if (llvm::Error error = result.check())
    return error;
  return result;
}

llvm::Expected<Optimizer> Optimizer::with(StringRef text) const {
  Optimizer result = *this;
  SmallVector<StringRef> options;
  text.split(options, ',', -1, /*KeepEmpty=*/false);
  for (StringRef option : options) {
    if (option.trim().starts_with("clip_"))
      return llvm::createStringError(
          "'" + option.trim() +
          "' is for all parameters together: give it to --optimizer");
    if (llvm::Error error = result.set(option.trim()))
      return error;
  }
  if (llvm::Error error = result.check())
    return error;
  return result;
}

llvm::Error Optimizer::set(StringRef option) {
  struct Number {
    StringLiteral name;
    double *to;
    bool isOfSgd, isOfAdam;
  } numbers[] = {{"momentum", &momentum, true, false},
                 {"dampening", &dampening, true, false},
                 {"weight_decay", &weightDecay, true, true},
                 {"clip_norm", &clipNorm, true, true},
                 {"clip_value", &clipValue, true, true},
                 {"beta1", &beta1, false, true},
                 {"beta2", &beta2, false, true},
                 {"eps", &eps, false, true}};
  auto [key, value] = option.split('=');
  auto [source, input] = value.split(':');
  if (key == "lr" && source == "input" && (value == source || !input.empty())) {
    if (!input.empty())
      rateName = input.str();
    learningRate.reset();
    return llvm::Error::success();
  }
  if (key == "nesterov" && kind == sgd &&
      (value.empty() || value == "true" || value == "false")) {
    nesterov = value != "false";
    return llvm::Error::success();
  }
  double *to = nullptr, number;
  if (key == "lr")
    to = &learningRate.emplace();
  for (const Number &n : numbers)
    if (key == n.name && (kind == sgd ? n.isOfSgd : n.isOfAdam))
      to = n.to;
  if (!to)
    return llvm::createStringError("optimizer " + name() + " has no option '" +
                                   key + "'");
  if (value.getAsDouble(number) || !(number >= 0))
    return llvm::createStringError("expected a number for " + key +
                                   " of optimizer " + name() + ", found '" +
                                   value + "'");
  *to = number;
  return llvm::Error::success();
}

llvm::Error Optimizer::check() const {
  if (nesterov && (momentum == 0 || dampening != 0))
    return llvm::createStringError(
        "nesterov needs a momentum and no dampening");
  return llvm::Error::success();
}
