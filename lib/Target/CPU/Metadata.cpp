// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The description of the artefact as constant data.
#include "lib/Target/CPU/Metadata.h"

#include "dialects/lc/IR/SymbolicShape.h"
#include "dialects/rt/IR/RtDialect.h"
#include "lcompile-c/Executable.h"
#include "lib/Target/CPU/MetadataTables.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "passes/6_lower/host/LibraryTable.h"
#include "llvm/IR/IRBuilder.h"

using namespace mlir;

namespace lcompile {
namespace {

using Constant = Tables::Constant;

struct FunctionTable {
  Tables &t;
  DictionaryAttr attr;
  SmallVector<lc::SymbolAttr> symbols;

  template <typename T> T get(StringRef name) {
    return cast<T>(attr.get(name));
  }
  int64_t integer(StringRef name) { return get<IntegerAttr>(name).getInt(); }

  Constant tensor(Type type, StringRef name, ArrayRef<int64_t> plan,
                  int64_t alias) {
    auto tensor = cast<RankedTensorType>(type);
    SmallVector<Constant> dims;
    for (auto [i, expr] : llvm::enumerate(lc::getDims(tensor))) {
      auto value = lc::getConstant(expr);
      auto symbol = dyn_cast<AffineSymbolExpr>(expr);
      dims.push_back(
          t.record({t.i64(value ? *value : -1),
                    t.i32(symbol ? int64_t(symbol.getPosition()) : -1),
                    t.i32(plan[i]), t.text(lc::toText(expr, symbols))}));
    }
    return t.record({t.text(name), t.i32(dtypeOf(tensor.getElementType())),
                     t.i32(dims.size()), t.address(dims), t.i32(alias),
                     t.i32(0)});
  }

  Constant build(llvm::StringMap<unsigned> &kernels,
                 SmallVectorImpl<Constant> &kernelTable) {
    StringRef name = get<StringAttr>("name").getValue();
    auto type = cast<FunctionType>(get<TypeAttr>("type").getValue());
    for (Attribute a : get<ArrayAttr>("symbols"))
      symbols.push_back(cast<lc::SymbolAttr>(a));
    auto aliases = get<DenseI64ArrayAttr>("aliases").asArrayRef();
    auto tensors = [&](TypeRange types, StringRef names, StringRef dims,
                       bool outputs) {
      SmallVector<Constant> list;
      for (auto [i, type] : llvm::enumerate(types))
        list.push_back(tensor(
            type, cast<StringAttr>(get<ArrayAttr>(names)[i]).getValue(),
            cast<DenseI64ArrayAttr>(get<ArrayAttr>(dims)[i]).asArrayRef(),
            outputs ? aliases[i] : -1));
      return list;
    };
    auto inputs = tensors(type.getInputs(), "inputs", "input_dims", false);
    auto outputs = tensors(type.getResults(), "outputs", "output_dims", true);
    SmallVector<Constant> symbolTable, dispatches;
    for (lc::SymbolAttr s : symbols)
      symbolTable.push_back(
          t.record({t.text(s.getName()), t.i64(s.getMin()), t.i64(s.getMax()),
                    t.i64(s.getDivisor())}));
    for (Attribute a : get<ArrayAttr>("dispatches")) {
      auto dispatch = cast<ArrayAttr>(a);
      auto word = [&](unsigned i) {
        return cast<StringAttr>(dispatch[i]).getValue();
      };
      auto [it, isNew] = kernels.try_emplace(word(0), kernelTable.size());
      if (isNew)
        kernelTable.push_back(
            t.record({t.text(word(0)), t.text(word(1)), t.text(word(2))}));
      dispatches.push_back(
          t.record({t.i32(it->second), t.i32(0), t.text(word(2))}));
    }
    return t.record({t.text(name), t.i32(inputs.size()), t.i32(outputs.size()),
                     t.i32(symbolTable.size()), t.i32(integer("plan_values")),
                     t.i32(dispatches.size()), t.i32(0), t.address(inputs),
                     t.address(outputs), t.address(symbolTable),
                     t.address(dispatches), t.function((name + "_plan").str()),
                     t.function((name + "_run").str()),
                     t.text(get<StringAttr>("arena_text").getValue()),
                     t.i64(integer("live_bytes"))});
  }
};

/// lc_library_op_t as a constant.
Constant libraryOp(Tables &t, const lc_library_op_t &op) {
  auto tensor = [&](const lc_library_tensor_t &x) {
    return t.record({t.i32(x.dtype), t.i32(x.rank),
                     t.i64List(x.dims, LC_LIBRARY_MAX_RANK),
                     t.i64List(x.strides, LC_LIBRARY_MAX_RANK)});
  };
  SmallVector<Constant> postOps;
  for (const lc_post_op_t &post : op.post_ops)
    postOps.push_back(
        t.record({t.i32(post.kind), t.i32(post.buffer), t.f32(post.alpha),
                  t.f32(post.beta), tensor(post.tensor)}));
  return t.record(
      {t.i32(op.kind), t.i32(op.n_post_ops), t.i32(op.weights_constant),
       t.i32(op.bias_constant), tensor(op.src), tensor(op.weights),
       tensor(op.bias), tensor(op.dst), t.i64List(op.stride, 3),
       t.i64List(op.dilation, 3), t.i64List(op.pad_low, 3),
       t.i64List(op.pad_high, 3), t.i64(op.groups), t.i32(op.allow_bf16),
       t.i32(op.weights_tag), t.list(postOps)});
}

/// `lc_executable_query(max_version)`.
void addQuery(Tables &t, Constant executable) {
  auto *i32 = llvm::Type::getInt32Ty(t.ctx);
  auto *f = llvm::Function::Create(
      llvm::FunctionType::get(t.pointer, {i32}, false),
      llvm::GlobalValue::ExternalLinkage, LC_EXECUTABLE_QUERY_NAME, t.module);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(t.ctx, "", f));
  auto *newer =
      b.CreateICmpULT(f->getArg(0), b.getInt32(LC_EXECUTABLE_VERSION));
  b.CreateRet(b.CreateSelect(newer, t.null(), executable));
}

} // namespace

llvm::Error addMetadata(llvm::Module &module, ModuleOp source,
                        const ArtefactInfo &info, const CpuTarget &target,
                        const WeightsLayout &weights) {
  Tables t(module);
  SmallVector<Constant> functions, kernelTable, constants;
  llvm::StringMap<unsigned> kernels;
  for (auto function : source.getOps<LLVM::LLVMFuncOp>())
    if (auto attr = function->getAttrOfType<DictionaryAttr>(
            rt::RtDialect::functionAttrName))
      functions.push_back(
          FunctionTable{t, attr, {}}.build(kernels, kernelTable));
  for (const WeightsLayout::Entry &entry : weights.entries)
    constants.push_back(
        t.record({t.text(entry.key), t.i64(entry.offset), t.i64(entry.size)}));

  auto library =
      source->getAttrOfType<ArrayAttr>(rt::RtDialect::libraryAttrName);
  Constant libraryTable = t.null();
  if (library && !library.empty()) {
    SmallVector<Constant> ops;
    for (Attribute a : library) {
      lc_library_op_t op = libraryOpFromAttr(cast<DictionaryAttr>(a));
      if (op.weights_constant >= 0)
        if (const WeightsPacking &packing =
                weights.entries[op.weights_constant].packing)
          op.weights_tag = packing->weights_tag;
      ops.push_back(libraryOp(t, op));
    }
    t.global(t.list(ops), "lc_artefact_library_ops");
    t.global(t.i32(ops.size()), "lc_artefact_n_library_ops");
    auto *declared = new llvm::GlobalVariable(
        module, llvm::Type::getInt8Ty(t.ctx), true,
        llvm::GlobalValue::ExternalLinkage, nullptr, "lc_artefact_library");
    declared->setVisibility(llvm::GlobalValue::HiddenVisibility);
    libraryTable = declared;
  }
  Constant data = t.null();
  if (weights.embedded && weights.size) {
    std::string bytes(weights.size, '\0');
    for (const WeightsLayout::Entry &entry : weights.entries) {
      std::vector<char> buffer;
      llvm::Expected<ArrayRef<char>> content = entry.content(buffer);
      if (!content)
        return content.takeError();
      if (!content->empty())
        std::memcpy(bytes.data() + entry.offset, content->data(),
                    content->size());
    }
    data = t.global(llvm::ConstantDataArray::getString(t.ctx, bytes, false), "",
                    llvm::Align(LC_ALIGNMENT));
  }
  Constant executable =
      t.record({t.i32(LC_EXECUTABLE_MAGIC),
                t.i32(LC_EXECUTABLE_VERSION),
                t.i64(sizeof(lc_executable_t)),
                t.text(info.name),
                t.text(info.buildId),
                t.text(info.compiler),
                t.text(target.name),
                t.i64(target.isa),
                t.i32(functions.size()),
                t.i32(constants.size()),
                t.i32(kernelTable.size()),
                t.i32(info.threads),
                t.address(functions),
                t.address(constants),
                t.address(kernelTable),
                libraryTable,
                t.i64(weights.size),
                data,
                weights.embedded ? t.null() : t.text(weights.fileName),
                t.i64(weights.digest),
                describeTraining(t, source)});
  addQuery(t, t.global(executable));
  return llvm::Error::success();
}

} // namespace lcompile
