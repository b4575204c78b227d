// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arguments of a call, and the table of rules.
#include "lib/Import/Aten/AtenCall.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace lcompile::import {

const Datum &AtenCall::get(StringRef name) const {
  static const Datum none;
  for (const auto &[key, value] : args)
    if (key == name)
      return value;
  return none;
}

bool AtenCall::has(StringRef name) const { return !get(name).isNone(); }

void AtenCall::refuse(const Twine &why) {
  if (reason.empty())
    reason = why.str();
}

Value AtenCall::tensor(StringRef name) {
  const Datum &d = get(name);
  if (d.isTensor())
    return d.value();
  refuse("expected a tensor for '" + name + "', found " + d.describe());
  return {};
}

Value AtenCall::tensorOrNull(StringRef name) {
  return has(name) ? tensor(name) : Value();
}

SmallVector<Value> AtenCall::tensors(StringRef name) {
  SmallVector<Value> values;
  const Datum &d = get(name);
  if (!d.isList()) {
    refuse("expected a list of tensors for '" + name + "', found " +
           d.describe());
    return values;
  }
  for (const Datum &element : d.list()) {
    if (!element.isTensor()) {
      refuse("expected a list of tensors for '" + name + "', found " +
             d.describe());
      return {};
    }
    values.push_back(element.value());
  }
  return values;
}

int64_t AtenCall::integer(StringRef name, int64_t otherwise) {
  const Datum &d = get(name);
  if (d.isNone())
    return otherwise;
  if (!d.isNumber()) {
    refuse("expected a known integer for '" + name + "', found " +
           d.describe());
    return otherwise;
  }
  return d.asInt();
}

double AtenCall::number(StringRef name, double otherwise) {
  const Datum &d = get(name);
  if (d.isNone())
    return otherwise;
  if (!d.isNumber()) {
    refuse("expected a known number for '" + name + "', found " + d.describe());
    return otherwise;
  }
  return d.asFloat();
}

bool AtenCall::boolean(StringRef name, bool otherwise) {
  return integer(name, otherwise) != 0;
}

std::string AtenCall::text(StringRef name, StringRef otherwise) {
  const Datum &d = get(name);
  return d.isString() ? d.text() : otherwise.str();
}

SmallVector<int64_t> AtenCall::integers(StringRef name) {
  SmallVector<int64_t> values;
  const Datum &d = get(name);
  Datum::List one = {d};
  for (const Datum &element : d.isList()   ? d.list()
                              : d.isNone() ? Datum::List()
                                           : one) {
    if (!element.isNumber()) {
      refuse("expected known integers for '" + name + "', found " +
             d.describe());
      return values;
    }
    values.push_back(element.asInt());
  }
  return values;
}

SmallVector<double> AtenCall::numbers(StringRef name) {
  SmallVector<double> values;
  const Datum &d = get(name);
  if (!d.isList()) {
    if (!d.isNone())
      values.push_back(number(name));
    return values;
  }
  for (const Datum &element : d.list()) {
    if (!element.isNumber()) {
      refuse("expected known numbers for '" + name + "', found " +
             d.describe());
      return values;
    }
    values.push_back(element.asFloat());
  }
  return values;
}

lc::Dims AtenCall::sizes(StringRef name) {
  lc::Dims dims;
  const Datum &d = get(name);
  Datum::List one = {d};
  for (const Datum &element : d.isList()   ? d.list()
                              : d.isNone() ? Datum::List()
                                           : one) {
    AffineExpr expr = element.size(b.getContext());
    if (!expr) {
      refuse("expected sizes for '" + name +
             "' that are known or follow from "
             "the inputs' sizes, found " +
             d.describe());
      return dims;
    }
    dims.push_back(expr);
  }
  return dims;
}

AffineExpr AtenCall::size(StringRef name) {
  const Datum &d = get(name);
  if (d.isNone())
    return {};
  AffineExpr expr = d.size(b.getContext());
  if (!expr)
    refuse("expected a size for '" + name +
           "' that is known or follows from "
           "the inputs' sizes, found " +
           d.describe());
  return expr;
}

Type AtenCall::dtype(StringRef name) {
  const Datum &d = get(name);
  return d.isDtype() ? d.dtype() : Type();
}

int64_t AtenCall::dim(StringRef name, int64_t rank, int64_t otherwise) {
  int64_t value = integer(name, otherwise);
  // A 0-d tensor takes 0 and -1 as if it had one dimension.
  int64_t limit = std::max<int64_t>(rank, 1);
  if (value < -limit || value >= limit)
    refuse("expected '" + name + "' in [" + Twine(-limit) + ", " +
           Twine(limit) + "), found " + Twine(value));
  return refused() ? 0 : value < 0 ? value + limit : value;
}

SmallVector<int64_t> AtenCall::dims(StringRef name, int64_t rank) {
  SmallVector<int64_t> values = integers(name);
  if (values.empty())
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  for (int64_t &value : values) {
    if (value < -rank || value >= rank) {
      if (rank != 0 || value < -1 || value > 0)
        refuse("expected dimensions in [" + Twine(-rank) + ", " + Twine(rank) +
               "), found " + Twine(value));
      return {};
    }
    value = value < 0 ? value + rank : value;
  }
  llvm::sort(values);
  values.erase(llvm::unique(values), values.end());
  return values;
}

Value AtenCall::guarded(Operation *op, function_ref<LogicalResult()> check) {
  std::string message;
  LogicalResult good = success();
  {
    ScopedDiagnosticHandler handler(b.getContext(),
                                    [&](Diagnostic &diagnostic) {
                                      if (message.empty())
                                        message = diagnostic.str();
                                      return success();
                                    });
    good = check();
  }
  if (succeeded(good))
    return op->getResult(0);
  StringRef text = message;
  // The operation's own name says nothing to someone who wrote PyTorch.
  text.consume_front(("'" + op->getName().getStringRef() + "' op ").str());
  refuse(text.empty() ? "its arguments do not fit together" : text);
  op->erase();
  return {};
}

Value AtenCall::inferred(Operation *op) {
  return guarded(op, [&]() -> LogicalResult {
    auto infer = cast<InferTypeOpInterface>(op);
    SmallVector<Type> types;
    if (failed(infer.inferReturnTypes(
            b.getContext(), op->getLoc(), op->getOperands(),
            op->getAttrDictionary(), op->getPropertiesStorage(),
            op->getRegions(), types)))
      return failure();
    op->getResult(0).setType(types[0]);
    return verify(op, /*verifyRecursively=*/false);
  });
}

Value AtenCall::checked(Operation *op) {
  return guarded(op, [&] { return verify(op, /*verifyRecursively=*/false); });
}

//===----------------------------------------------------------------------===//
// Table
//===----------------------------------------------------------------------===//

const AtenTable &AtenTable::get() {
  static const AtenTable table = [] {
    AtenTable t;
    addElementwiseRules(t);
    addShapeRules(t);
    addSliceRules(t);
    addArrangeRules(t);
    addPadRules(t);
    addCastRules(t);
    addFactoryRules(t);
    addIndexRules(t);
    addScatterRules(t);
    addOrderRules(t);
    addReduceRules(t);
    addContractionRules(t);
    addEinsumRules(t);
    addConvolutionRules(t);
    addNormRules(t);
    addLossRules(t);
    addPoolRules(t);
    addRecurrentRules(t);
    addRandomRules(t);
    addScalarRules(t);
    addPropertyRules(t);
    addCompositeRules(t);
    addBackwardRules(t);
    addAliasRules(t);
    return t;
  }();
  return table;
}

AtenRule AtenTable::lookup(StringRef schema) const {
  // torch.export writes the empty overload as "default".
  schema.consume_back(".default");
  return rules.lookup(schema);
}

void AtenTable::add(StringRef schema, AtenRule rule) {
  bool isNew = rules.try_emplace(schema, rule).second;
  (void)isNew;
  assert(isNew && "two rules for one schema");
}

} // namespace lcompile::import
