// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How learning rates change from step to step.
#include "passes/2_train/Schedule.h"

#include "dialects/lc/IR/LcOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace lcompile;

llvm::Expected<Schedule> Schedule::parse(StringRef text) {
  Schedule result;
  SmallVector<StringRef> parts;
  if (!text.trim().empty())
    text.split(parts, '+');
  for (auto [i, part] : llvm::enumerate(parts)) {
    llvm::Expected<Piece> piece = parsePiece(part.trim());
    if (!piece)
      return piece.takeError();
    bool isLast = i + 1 == parts.size();
    if (piece->length == 0 && !isLast && piece->kind != linearWarmup)
      return llvm::createStringError(
          "--schedule: '" + part.trim() +
          "' never ends, so nothing can follow it" +
          (piece->kind == constant ? "; constant(N) does" : ""));
    // A warmup of no steps is none.
    if (piece->kind != linearWarmup || piece->length != 0)
      result.pieces.push_back(*piece);
  }
  return result;
}

llvm::Expected<Schedule::Piece> Schedule::parsePiece(StringRef text) {
  Piece piece;
  struct Form {
    StringLiteral name, usage;
    Kind kind;
    StringLiteral first; // what the number without a name is
    double *number;
    StringLiteral second;
    double *other;
  } forms[] = {
      {"constant", "constant or constant(N)", constant, "length", &piece.length,
       "", nullptr},
      {"linear_warmup", "linear_warmup(N)", linearWarmup, "length",
       &piece.length, "", nullptr},
      {"linear", "linear(N) or linear(N, end=X)", linear, "length",
       &piece.length, "end", &piece.end},
      {"cosine", "cosine(N) or cosine(N, end=X)", cosine, "length",
       &piece.length, "end", &piece.end},
      {"step", "step(N) or step(N, gamma=X)", step, "length", &piece.every,
       "gamma", &piece.gamma},
      {"exponential", "exponential(gamma)", exponential, "gamma", &piece.gamma,
       "", nullptr},
  };
  auto [name, rest] = text.split('(');
  const Form *form = llvm::find_if(
      forms, [&](const Form &f) { return f.name == name.trim(); });
  if (form == std::end(forms))
    return llvm::createStringError(
        "--schedule: unknown '" + name.trim() +
        "', expected constant, linear_warmup, linear, cosine, step or "
        "exponential");
  auto refuse = [&] {
    return llvm::createStringError("--schedule: expected " + form->usage +
                                   ", found '" + text + "'");
  };
  piece.kind = form->kind;
  if (piece.kind == step)
    piece.gamma = 0.1; // PyTorch's
  bool hasBrackets = text.contains('(');
  if (hasBrackets && !rest.consume_back(")"))
    return refuse();
  SmallVector<StringRef> arguments;
  rest.split(arguments, ',', -1, /*KeepEmpty=*/false);
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    auto [key, value] = argument.trim().split('=');
    if (value.empty() && i == 0)
      std::swap(key, value), key = form->first;
    double *to = key == form->first                          ? form->number
                 : form->other && key.trim() == form->second ? form->other
                                                             : nullptr;
    if (!to || value.trim().getAsDouble(*to) || !(*to >= 0))
      return refuse();
    if (form->first == "length" && to == form->number &&
        (*to != std::floor(*to) || (*to < 1 && piece.kind != linearWarmup)))
      return refuse();
  }
  bool needsNumber = piece.kind != constant;
  if ((needsNumber || hasBrackets) && arguments.empty())
    return refuse();
  if (needsNumber && piece.kind != linearWarmup && *form->number == 0)
    return refuse();
  return piece;
}

Value Schedule::factor(lc::TensorMath &m, const Piece &piece, Value done) {
  auto share = [&] { // of the piece that is done, at most 1
    Value length = m.full(piece.length, done);
    return m.div(m.make<lc::MinimumOp>(done, length), length);
  };
  auto fall = [&](Value from1To0) { // from 1 to the end
    return m.add(m.mul(from1To0, 1 - piece.end), piece.end);
  };
  auto power = [&](Value exponent) {
    return m.make<lc::PowOp>(m.full(piece.gamma, done), exponent);
  };
  switch (piece.kind) {
  case constant:
    return m.full(1, done);
  case linearWarmup:
    return share();
  case linear:
    return fall(m.complement(share()));
  case cosine: {
    Value cos = m.make<lc::CosOp>(m.mul(share(), llvm::numbers::pi));
    return fall(m.mul(m.add(cos, 1.0), 0.5));
  }
  case step:
    return power(m.make<lc::FloorOp>(m.div(done, m.full(piece.every, done))));
  case exponential:
    return power(done);
  }
  llvm_unreachable("all kinds are above");
}

Value Schedule::factor(lc::TensorMath &m, Value done) const {
  Value result;
  double begin = 0;
  SmallVector<double> begins;
  for (const Piece &piece : pieces) {
    begins.push_back(begin);
    begin += piece.length;
  }
  for (unsigned i = pieces.size(); i-- > 0;) {
    Value since = begins[i] != 0 ? m.add(done, -begins[i]) : done;
    Value own = factor(m, pieces[i], since);
    result = result ? m.where(m.less(done, begins[i + 1]), own, result) : own;
  }
  return result;
}
