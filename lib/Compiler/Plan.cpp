// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The memory plan and the schedule of a compiled model, for people.
#include "lib/Compiler/Plan.h"

#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/lc/IR/WeightStore.h"
#include "dialects/rt/IR/RtDialect.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace mlir;

namespace lcompile {
namespace {

std::vector<std::string> strings(Attribute list) {
  std::vector<std::string> result;
  for (Attribute a : cast<ArrayAttr>(list))
    result.push_back(cast<StringAttr>(a).getValue().str());
  return result;
}

int64_t integer(DictionaryAttr from, StringRef name) {
  return cast<IntegerAttr>(from.get(name)).getInt();
}

std::string text(DictionaryAttr from, StringRef name) {
  return cast<StringAttr>(from.get(name)).getValue().str();
}

std::string typeText(Type type, ArrayRef<lc::SymbolAttr> symbols) {
  auto tensor = cast<RankedTensorType>(type);
  std::string result;
  for (AffineExpr dim : lc::getDims(tensor)) {
    std::string size = lc::toText(dim, symbols);
    bool plain =
        llvm::all_of(size, [](char c) { return llvm::isAlnum(c) || c == '_'; });
    result += (plain ? size : "(" + size + ")") + "x";
  }
  llvm::raw_string_ostream(result) << tensor.getElementType();
  return result;
}

PlanFunction describeFunction(DictionaryAttr attr) {
  PlanFunction f;
  f.name = text(attr, "name");
  f.arenaFormula = text(attr, "arena_text");
  f.arenaBytes = integer(attr, "arena_bytes");
  f.liveBytes = integer(attr, "live_bytes");
  SmallVector<lc::SymbolAttr> symbols;
  for (Attribute a : cast<ArrayAttr>(attr.get("symbols"))) {
    auto s = cast<lc::SymbolAttr>(a);
    symbols.push_back(s);
    f.symbols.push_back(
        {s.getName().str(), s.getMin(), s.getMax(), s.getDivisor()});
  }
  auto type = cast<FunctionType>(cast<TypeAttr>(attr.get("type")).getValue());
  for (auto [name, t] :
       llvm::zip_equal(strings(attr.get("inputs")), type.getInputs()))
    f.inputs.push_back({name, typeText(t, symbols)});
  for (auto [name, t] :
       llvm::zip_equal(strings(attr.get("outputs")), type.getResults()))
    f.outputs.push_back({name, typeText(t, symbols)});
  auto explained = cast<DictionaryAttr>(attr.get("explained"));
  for (Attribute a : cast<ArrayAttr>(explained.get("slots"))) {
    auto slot = cast<DictionaryAttr>(a);
    f.slots.push_back({text(slot, "text"), integer(slot, "bytes"),
                       integer(slot, "offset"), integer(slot, "begin"),
                       integer(slot, "end")});
  }
  for (auto [a, b] :
       llvm::zip_equal(cast<ArrayAttr>(attr.get("dispatches")),
                       cast<ArrayAttr>(explained.get("schedule")))) {
    std::vector<std::string> words = strings(a);
    auto when = cast<DictionaryAttr>(b);
    f.dispatches.push_back({words[0], words[1], words[2], integer(when, "step"),
                            strings(when.get("reads")),
                            strings(when.get("writes"))});
  }
  return f;
}

} // namespace

llvm::Expected<Plan> describePlan(ModuleOp module, StringRef model) {
  auto keys =
      module->getAttrOfType<ArrayAttr>(rt::RtDialect::constantsAttrName);
  if (!keys)
    return llvm::createStringError(
        "there is no plan: the pipeline stopped before 'lower'");
  Plan plan;
  plan.model = model.str();
  lc::WeightStore &store = lc::getWeightStore(module.getContext());
  for (const std::string &key : strings(keys)) {
    const lc::Weight *weight = store.lookup(key);
    plan.weights.push_back({key, weight ? typeText(weight->type, {}) : "?",
                            weight ? weight->data.size() : 0});
  }
  for (auto function : module.getOps<FunctionOpInterface>()) {
    auto attr = function->getAttrOfType<DictionaryAttr>(
        rt::RtDialect::functionAttrName);
    if (!attr)
      continue;
    plan.functions.push_back(describeFunction(attr));
    auto explained = cast<DictionaryAttr>(attr.get("explained"));
    for (NamedAttribute kernel : cast<DictionaryAttr>(explained.get("kernels")))
      plan.kernels[kernel.getName().str()] = strings(kernel.getValue());
  }
  plan.ranks = planRanks(module);
  plan.estimate = estimateStep(module);
  return plan;
}

std::string placeName(const Plan &plan, const PlanFunction &function,
                      StringRef place) {
  unsigned index;
  if (place.drop_front().getAsInteger(10, index))
    return "-";
  switch (place[0]) {
  case 'i':
    return function.inputs[index].name;
  case 'o':
    return function.outputs[index].name;
  case 'c':
    return plan.weights[index].key;
  default:
    return "slot " + std::to_string(index);
  }
}

std::string rangeText(const PlanSymbol &symbol) {
  std::string range = std::to_string(symbol.min) + "..";
  if (symbol.max != std::numeric_limits<int64_t>::max())
    range += std::to_string(symbol.max);
  if (symbol.divisor > 1)
    range += " in steps of " + std::to_string(symbol.divisor);
  return range;
}

void printPlan(llvm::raw_ostream &os, const Plan &plan) {
  uint64_t bytes = 0;
  for (const PlanWeight &weight : plan.weights)
    bytes += weight.bytes;
  os << "plan of '" << plan.model << "'\n";
  os << "weights: " << bytes << " bytes in " << plan.weights.size()
     << " tensors\n";
  for (auto [i, weight] : llvm::enumerate(plan.weights))
    os << llvm::format("  %-4zu %-24s %12llu bytes  ", i, weight.type.c_str(),
                       (unsigned long long)weight.bytes)
       << weight.key << "\n";
  printRanks(os, plan.ranks, plan.estimate);
  for (const PlanFunction &f : plan.functions) {
    os << "\nfunction " << f.name << "\n";
    for (const PlanTensor &t : f.inputs)
      os << "  input  " << t.name << ": " << t.type << "\n";
    for (const PlanTensor &t : f.outputs)
      os << "  output " << t.name << ": " << t.type << "\n";
    for (const PlanSymbol &s : f.symbols)
      os << "  size   " << s.name << ": " << rangeText(s) << "\n";
    os << "  arena: " << f.arenaFormula << " bytes";
    if (!f.symbols.empty())
      os << "; " << f.arenaBytes << " at the upper bounds";
    os << ", at most " << f.liveBytes << " live at once\n";
    if (!f.slots.empty())
      os << "    slot        offset         bytes  steps      formula\n";
    for (auto [i, slot] : llvm::enumerate(f.slots)) {
      std::string steps =
          std::to_string(slot.begin) + ".." + std::to_string(slot.end);
      os << llvm::format("    %-4zu %13lld %13lld  %-9s  ", i,
                         (long long)slot.offset, (long long)slot.bytes,
                         steps.c_str())
         << slot.formula << "\n";
    }
    auto places = [&](const std::vector<std::string> &list) {
      std::vector<std::string> names;
      for (const std::string &place : list)
        names.push_back(placeName(plan, f, place));
      return llvm::join(names, ", ");
    };
    os << "  kernels\n";
    for (const PlanDispatch &d : f.dispatches) {
      os << "    step " << d.step << ": " << d.kernel << " (" << d.unit << ") "
         << places(d.reads) << " -> " << places(d.writes) << "\n";
      if (auto it = plan.kernels.find(d.kernel); it != plan.kernels.end())
        os << "      computes " << llvm::join(it->second, ", ") << "\n";
      if (!d.source.empty())
        os << "      from " << d.source << "\n";
    }
  }
}

} // namespace lcompile
