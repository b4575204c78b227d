// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the artefact says about a training step: states and collectives.
#include "lib/Target/CPU/MetadataTables.h"

#include "dialects/rt/IR/RtDialect.h"
#include "lcompile-c/Channel.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace lcompile {
namespace {

using Constant = Tables::Constant;

int64_t integer(DictionaryAttr from, StringRef name) {
  return cast<IntegerAttr>(from.get(name)).getInt();
}

StringRef word(DictionaryAttr from, StringRef name) {
  return cast<StringAttr>(from.get(name)).getValue();
}

uint32_t stateKind(StringRef kind) {
  return llvm::StringSwitch<uint32_t>(kind)
      .Case("parameter", LC_STATE_PARAMETER)
      .Case("optimizer", LC_STATE_OPTIMIZER)
      .Case("buffer", LC_STATE_BUFFER)
      .Case("counter", LC_STATE_COUNTER);
}

Constant describeState(Tables &t, DictionaryAttr state) {
  auto whole =
      cast<RankedTensorType>(cast<TypeAttr>(state.get("whole")).getValue());
  bool sharded = cast<BoolAttr>(state.get("sharded")).getValue();
  Constant dims = whole.getRank()
                      ? t.global(t.i64List(whole.getShape(), whole.getRank()))
                      : t.null();
  return t.record(
      {t.i32(integer(state, "input")), t.i32(stateKind(word(state, "kind"))),
       t.i32(integer(state, "constant")), t.i32(sharded ? LC_STATE_SHARDED : 0),
       t.i32(whole.getRank()), t.i32(0), dims});
}

Constant describeCollective(Tables &t, DictionaryAttr collective) {
  SmallVector<Constant> tensors;
  for (Attribute a : cast<ArrayAttr>(collective.get("tensors"))) {
    auto tensor = cast<DictionaryAttr>(a);
    tensors.push_back(t.record(
        {t.text(word(tensor, "name")), t.i64(integer(tensor, "elements"))}));
  }
  double scale = cast<FloatAttr>(collective.get("scale")).getValueAsDouble();
  return t.record({t.i32(integer(collective, "kind")),
                   t.i32(integer(collective, "reduction")),
                   t.i32(integer(collective, "dtype")),
                   t.i32(integer(collective, "root")), t.f64(scale),
                   t.i64(integer(collective, "ticket")), t.i64(tensors.size()),
                   t.address(tensors), t.text(word(collective, "name")),
                   t.text(word(collective, "source"))});
}

/// Over what ranks must agree on: types, states and the order of collectives.
uint64_t digestOf(DictionaryAttr function, ArrayAttr collectives) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << function.get("type") << function.get("states") << collectives;
  uint64_t digest = llvm::xxh3_64bits(text);
  return digest ? digest : 1;
}

} // namespace

Constant describeTraining(Tables &t, ModuleOp source) {
  DictionaryAttr step;
  int64_t index = -1, count = 0;
  for (auto function : source.getOps<LLVM::LLVMFuncOp>())
    if (auto attr = function->getAttrOfType<DictionaryAttr>(
            rt::RtDialect::functionAttrName)) {
      auto states = attr.getAs<ArrayAttr>("states");
      if (!step && states && !states.empty()) {
        step = attr;
        index = count;
      }
      ++count;
    }
  if (!step)
    return t.null();
  SmallVector<Constant> states, collectives;
  for (Attribute a : step.getAs<ArrayAttr>("states"))
    states.push_back(describeState(t, cast<DictionaryAttr>(a)));
  auto list =
      source->getAttrOfType<ArrayAttr>(rt::RtDialect::collectivesAttrName);
  for (Attribute a : list)
    collectives.push_back(describeCollective(t, cast<DictionaryAttr>(a)));
  Constant table = t.null();
  if (!collectives.empty())
    table = t.global(t.list(collectives), "lc_artefact_collectives");
  return t.global(t.record(
      {t.i64(sizeof(lc_training_t)), t.i32(index),
       t.i32(integer(step, "world")), t.i32(integer(step, "rank_symbol")),
       t.i32(integer(step, "zero_stage")), t.i64(states.size()),
       t.i64(collectives.size()), t.address(states), table,
       t.i64(int64_t(digestOf(step, list)))}));
}

} // namespace lcompile
