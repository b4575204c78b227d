// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What each rank of a training step keeps in memory and sends: the same
// formulas that the runtime follows (lcompile-c/Channel.h).
#include "lib/Compiler/RankPlan.h"

#include "dialects/lc/IR/WeightStore.h"
#include "dialects/rt/IR/RtDialect.h"
#include "lcompile-c/Channel.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace lcompile {
namespace {

int64_t integer(DictionaryAttr from, StringRef name) {
  return cast<IntegerAttr>(from.get(name)).getInt();
}

void addStates(ArrayAttr states, uint32_t world, std::vector<RankPlan> &ranks) {
  for (Attribute a : states) {
    auto state = cast<DictionaryAttr>(a);
    StringRef kind = cast<StringAttr>(state.get("kind")).getValue();
    auto whole =
        cast<RankedTensorType>(cast<TypeAttr>(state.get("whole")).getValue());
    int64_t elements = whole.getNumElements();
    bool sharded = cast<BoolAttr>(state.get("sharded")).getValue();
    for (uint32_t r = 0; r < world; ++r) {
      int64_t held = sharded ? lc_part_begin(elements, r + 1, world) -
                                   lc_part_begin(elements, r, world)
                             : elements;
      uint64_t &sum = kind == "parameter"   ? ranks[r].parameters
                      : kind == "optimizer" ? ranks[r].optimizer
                                            : ranks[r].others;
      sum += held * lc::byteWidth(whole.getElementType());
    }
  }
}

void addTraffic(ArrayAttr collectives, uint32_t world,
                std::vector<RankPlan> &ranks) {
  for (Attribute a : collectives) {
    auto entry = cast<DictionaryAttr>(a);
    SmallVector<lc_collective_tensor_t> tensors;
    for (Attribute t : cast<ArrayAttr>(entry.get("tensors")))
      tensors.push_back({"", integer(cast<DictionaryAttr>(t), "elements")});
    lc_collective_t what = {};
    what.kind = integer(entry, "kind");
    what.root = integer(entry, "root");
    what.n_tensors = tensors.size();
    what.tensors = tensors.data();
    for (uint32_t r = 0; r < world; ++r)
      ranks[r].sent +=
          lc_channel_sent(&what, integer(entry, "element_bytes"), r, world);
  }
}

/// Bytes of constants that are no state's first value.
uint64_t frozenBytes(ModuleOp module, ArrayAttr states) {
  llvm::DenseSet<int64_t> initial;
  for (Attribute a : states)
    initial.insert(integer(cast<DictionaryAttr>(a), "constant"));
  lc::WeightStore &store = lc::getWeightStore(module.getContext());
  uint64_t bytes = 0;
  auto keys =
      module->getAttrOfType<ArrayAttr>(rt::RtDialect::constantsAttrName);
  for (auto [i, key] : llvm::enumerate(keys))
    if (!initial.contains(i))
      if (auto *weight = store.lookup(cast<StringAttr>(key).getValue()))
        bytes += weight->data.size();
  return bytes;
}

} // namespace

/// What lc-plan-buffers says about the training step; null when there is none.
static DictionaryAttr findStep(ModuleOp module) {
  for (auto function : module.getOps<FunctionOpInterface>())
    if (auto attr = function->getAttrOfType<DictionaryAttr>(
            rt::RtDialect::functionAttrName))
      if (!attr.getAs<ArrayAttr>("states").empty())
        return attr;
  return {};
}

std::vector<RankPlan> planRanks(ModuleOp module) {
  std::vector<RankPlan> ranks;
  DictionaryAttr step = findStep(module);
  if (!step)
    return ranks;
  auto arenas = cast<DenseI64ArrayAttr>(step.get("rank_arenas")).asArrayRef();
  uint32_t world = arenas.size();
  ranks.resize(world);
  uint64_t frozen = frozenBytes(module, step.getAs<ArrayAttr>("states"));
  for (uint32_t r = 0; r < world; ++r) {
    ranks[r].arena = arenas[r];
    ranks[r].weights = frozen;
  }
  addStates(step.getAs<ArrayAttr>("states"), world, ranks);
  addTraffic(
      module->getAttrOfType<ArrayAttr>(rt::RtDialect::collectivesAttrName),
      world, ranks);
  return ranks;
}

StepEstimate estimateStep(ModuleOp module) {
  StepEstimate result;
  DictionaryAttr step = findStep(module);
  auto numbers = step ? step.getAs<ArrayAttr>("estimate") : ArrayAttr();
  if (!numbers || numbers.empty())
    return result;
  double *to[] = {&result.computing, &result.communicating, &result.waiting,
                  &result.linkRate};
  for (auto [place, number] : llvm::zip_equal(to, numbers))
    *place = cast<FloatAttr>(number).getValueAsDouble();
  return result;
}

void printRanks(llvm::raw_ostream &os, ArrayRef<RankPlan> ranks,
                const StepEstimate &estimate) {
  if (ranks.empty())
    return;
  os << "training step: bytes of memory of each rank, and bytes that it sends "
        "in a step\n";
  auto row = [&](ArrayRef<std::string> words) {
    for (auto [i, word] : llvm::enumerate(words))
      os.indent(i ? std::max<int>(14 - int(word.size()), 1)
                  : std::max<int>(6 - int(word.size()), 0))
          << word;
    os << "\n";
  };
  auto numbers = [&](const std::string &name, const RankPlan &r) {
    SmallVector<std::string> words = {name};
    for (uint64_t n : {r.parameters, r.optimizer, r.others, r.weights, r.arena,
                       r.memory(), r.sent})
      words.push_back(std::to_string(n));
    row(words);
  };
  row({"rank", "parameters", "optimizer", "others", "frozen", "arena", "total",
       "sent"});
  RankPlan sum;
  for (auto [i, rank] : llvm::enumerate(ranks)) {
    numbers(std::to_string(i), rank);
    sum.parameters += rank.parameters;
    sum.optimizer += rank.optimizer;
    sum.others += rank.others;
    sum.weights += rank.weights;
    sum.arena += rank.arena;
    sum.sent += rank.sent;
  }
  if (ranks.size() > 1)
    numbers("all", sum);
  if (estimate.linkRate)
    os << llvm::formatv(
        "  expected of a step, with links of {0:F0} MB/s: {1:F3} ms of "
        "kernels, "
        "{2:F3} ms of transfers, of which ranks wait {3:F3} ms\n",
        estimate.linkRate / 1e6, estimate.computing * 1e3,
        estimate.communicating * 1e3, estimate.waiting * 1e3);
}

} // namespace lcompile
