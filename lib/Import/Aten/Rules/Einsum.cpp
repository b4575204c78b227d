// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// torch.einsum as permutations, reshapes and batched matrix products.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// Letters from here on, which no equation has, name the dimensions of "...".
constexpr char firstEllipsis = 1;

/// A tensor with one letter a dimension.
struct Labelled {
  Value value;
  std::string labels;
};

struct Equation {
  SmallVector<std::string> inputs;
  std::string output;
};

/// "..." as letters of their own, the last dimension having the last letter.
std::string expandEllipsis(StringRef text, size_t count, size_t most) {
  size_t at = text.find("...");
  if (at == StringRef::npos)
    return text.str();
  std::string letters;
  for (size_t i = most - count; i < most; ++i)
    letters.push_back(firstEllipsis + i);
  return (text.take_front(at) + letters + text.drop_front(at + 3)).str();
}

std::optional<Equation> parse(AtenCall &call, StringRef text,
                              ArrayRef<Value> operands) {
  std::string compact;
  for (char c : text)
    if (c != ' ')
      compact.push_back(c);
  auto [left, right] = StringRef(compact).split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  if (terms.size() != operands.size()) {
    call.refuse("expected as many subscripts as operands");
    return std::nullopt;
  }
  SmallVector<size_t> counts(terms.size(), 0);
  size_t most = 0;
  for (auto [i, term] : llvm::enumerate(terms)) {
    bool open = term.contains("...");
    int64_t named = term.size() - (open ? 3 : 0),
            rank = call.rankOf(operands[i]);
    if (named > rank || (!open && named != rank)) {
      call.refuse("subscripts '" + term + "' do not fit operand " + Twine(i));
      return std::nullopt;
    }
    counts[i] = rank - named;
    most = std::max(most, counts[i]);
  }
  Equation equation;
  for (auto [i, term] : llvm::enumerate(terms))
    equation.inputs.push_back(expandEllipsis(term, counts[i], most));
  equation.output = expandEllipsis(right, most, most);
  if (StringRef(compact).contains("->"))
    return equation;
  // Without "->": the dimensions of "...", then letters that stand once,
  // sorted.
  std::map<char, int> seen;
  for (const std::string &term : equation.inputs)
    for (char c : term)
      ++seen[c];
  for (auto [letter, times] : seen)
    if (times == 1 || letter < firstEllipsis + static_cast<int>(most))
      equation.output.push_back(letter);
  return equation;
}

/// Sums the dimensions whose letters are not in `keep`.
Labelled sumOthers(AtenCall &call, Labelled x, StringRef keep) {
  SmallVector<int64_t> dims;
  std::string left;
  for (auto [i, c] : llvm::enumerate(x.labels)) {
    if (keep.contains(c))
      left.push_back(c);
    else
      dims.push_back(i);
  }
  if (dims.empty() || call.refused())
    return x;
  return {call.make<lc::SumOp>(x.value, dims, false), left};
}

/// The tensor with its dimensions in the order of `labels`; letters it does not
/// have become dimensions of size 1.
Value arranged(AtenCall &call, const Labelled &x, StringRef labels) {
  SmallVector<int64_t> perm;
  for (char c : labels)
    if (size_t at = x.labels.find(c); at != std::string::npos)
      perm.push_back(at);
  Value v = call.permute(x.value, perm);
  if (call.refused())
    return {};
  lc::Dims dims = lc::getDims(v), all;
  size_t next = 0;
  for (char c : labels)
    all.push_back(x.labels.find(c) == std::string::npos ? call.constant(1)
                                                        : dims[next++]);
  return call.reshape(v, all);
}

using Sizes = std::map<char, AffineExpr>;

lc::Dims sizesOf(const Sizes &sizes, StringRef labels) {
  lc::Dims dims;
  for (char c : labels)
    dims.push_back(sizes.at(c));
  return dims;
}

/// The product of two operands, summed over letters that are not in `keep`.
Labelled contract(AtenCall &call, Labelled a, Labelled b, StringRef keep,
                  const Sizes &sizes) {
  a = sumOthers(call, a, (keep + b.labels).str());
  b = sumOthers(call, b, (keep + a.labels).str());
  std::string batch, left, right, summed;
  for (char c : a.labels) {
    bool shared = b.labels.find(c) != std::string::npos;
    (!shared ? left : keep.contains(c) ? batch : summed).push_back(c);
  }
  for (char c : b.labels)
    if (a.labels.find(c) == std::string::npos)
      right.push_back(c);
  if (call.refused())
    return {};
  if (summed.empty()) { // nothing to sum: an elementwise product
    std::string labels = batch + left + right;
    return {broadcasted<lc::MulOp>(call, arranged(call, a, labels),
                                   arranged(call, b, labels)),
            labels};
  }
  auto merged = [&](Labelled x, StringRef first, StringRef second) {
    std::string labels = (batch + first + second).str();
    Value v = call.expand(arranged(call, x, labels), sizesOf(sizes, labels));
    lc::Dims dims = sizesOf(sizes, batch);
    dims.push_back(product(call, sizesOf(sizes, first)));
    dims.push_back(product(call, sizesOf(sizes, second)));
    return call.reshape(v, dims);
  };
  Value lhs = merged(a, left, summed), rhs = merged(b, summed, right);
  Value result = call.make<lc::MatmulOp>(lhs, rhs, Value());
  std::string labels = batch + left + right;
  if (call.refused())
    return {};
  return {call.reshape(result, sizesOf(sizes, labels)), labels};
}

void einsum(AtenCall &call) {
  SmallVector<Value> operands = call.tensors("tensors");
  if (call.refused())
    return;
  std::optional<Equation> equation =
      parse(call, call.text("equation"), operands);
  if (!equation || operands.empty())
    return call.refuse("expected an operand");
  Sizes sizes;
  for (auto [v, labels] : llvm::zip(operands, equation->inputs))
    for (auto [size, c] : llvm::zip(lc::getDims(v), labels)) {
      AffineExpr &known = sizes.try_emplace(c, size).first->second;
      if (lc::isConstant(known, 1))
        known = size;
      if (StringRef(labels).count(c) > 1)
        return call.refuse("a subscript that repeats in one operand is not "
                           "supported: take the diagonal first");
      if (!size)
        return call.refuse("the sizes of the operands are not known");
    }
  for (char c : equation->output)
    if (!sizes.count(c) || StringRef(equation->output).count(c) > 1)
      return call.refuse(
          "expected every output subscript once and in an operand");
  Labelled result = {operands[0], equation->inputs[0]};
  for (size_t i = 1; i < operands.size(); ++i) {
    std::string keep = equation->output;
    for (size_t j = i + 1; j < operands.size(); ++j)
      keep += equation->inputs[j];
    result =
        contract(call, result, {operands[i], equation->inputs[i]}, keep, sizes);
    if (call.refused())
      return;
  }
  result = sumOthers(call, result, equation->output);
  if (!call.refused())
    call.result(arranged(call, result, equation->output));
}

} // namespace

void lcompile::import::addEinsumRules(AtenTable &table) {
  table.add("aten::einsum", einsum);
}
