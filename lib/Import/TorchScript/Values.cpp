// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Constants, attributes and types of TorchScript programs.
#include "lib/Import/TorchScript/Walk.h"

#include <ATen/ATen.h>

namespace lcompile::torchscript {

ValueTeller::ValueTeller(const torch::jit::Module &module,
                         const ArchiveFacts &facts,
                         const lc_torchscript_sink &sink, void *user)
    : facts(facts), sink(sink), user(user) {
  for (const auto &p : module.named_parameters())
    if (p.value.defined())
      names.try_emplace(keyOf(p.value), p.name);
  for (const auto &b : module.named_buffers())
    if (b.value.defined())
      names.try_emplace(keyOf(b.value), b.name);
}

ValueTeller::Key ValueTeller::keyOf(const at::Tensor &t) {
  if (t.layout() != at::kStrided || !t.has_storage())
    return {t.unsafeGetTensorImpl(), {}, {}, -1};
  const char *base = static_cast<const char *>(t.storage().data());
  return {base ? base + t.storage_offset() * t.itemsize() : nullptr,
          t.sizes().vec(), t.strides().vec(), int(t.scalar_type())};
}

/// Empty when the tensor's bytes can be read. Archives state sizes, strides and
/// offsets freely, and libtorch does not compare them with what it has read.
std::string ValueTeller::whyUnreadable(const at::Tensor &t,
                                       const std::string &name) const {
  std::string kind = c10::toString(t.scalar_type());
  if (t.layout() != at::kStrided || t.is_quantized())
    return "a sparse, quantized or otherwise packed tensor (" + kind + ")";
  if (!t.device().is_cpu() || !t.has_storage())
    return "a tensor without data (" + t.device().str() + ")";
  using Wide = unsigned __int128;
  auto read = facts.storages.find(t.storage().data());
  size_t bytes = read == facts.storages.end() ? 0 : read->second;
  const Wide limit =
      std::min<size_t>(bytes, t.storage().nbytes()) / t.itemsize();
  // A view may repeat elements, but not without end.
  const Wide mostElements = Wide(1) << 40;
  bool sane = t.storage_offset() >= 0;
  Wide count = 1;
  for (int64_t d = 0; d < t.dim() && sane; ++d) {
    count *= t.size(d);
    sane = t.size(d) >= 0 && t.stride(d) >= 0 && count <= mostElements;
  }
  Wide last = t.storage_offset();
  for (int64_t d = 0; d < t.dim() && sane && count != 0; ++d) {
    last += Wide(t.size(d) - 1) * t.stride(d);
    sane = last < limit;
  }
  if (!sane || (count != 0 && last >= limit))
    throw std::runtime_error(
        "a tensor" + (name.empty() ? "" : " '" + name + "'") +
        " reaches outside of its record: the file is damaged or was "
        "packed again with compression");
  return "";
}

void ValueTeller::tellTensor(int64_t id, const at::Tensor &original,
                             const std::string &name) {
  std::string problem = original.defined() ? whyUnreadable(original, name) : "";
  if (!original.defined())
    return sink.none(user, id);
  if (!problem.empty())
    return sink.opaque(user, id, problem.c_str());
  at::Tensor t = original.detach();
  if (t.is_neg() || t.is_conj())
    t = t.resolve_neg().resolve_conj();
  auto *owner = new at::Tensor(t.contiguous());
  auto known = names.find(keyOf(original));
  const std::string &label = known == names.end() ? name : known->second;
  lc_torchscript_tensor told = {
      label.empty() ? nullptr : label.c_str(),
      static_cast<int32_t>(t.scalar_type()),
      static_cast<int32_t>(t.dim()),
      t.sizes().data(),
      owner->const_data_ptr(),
      owner->nbytes(),
      original.requires_grad(),
      owner,
      [](void *p) { delete static_cast<at::Tensor *>(p); }};
  sink.tensor(user, id, &told);
}

void ValueTeller::tellContainer(int64_t id, const char *kind,
                                const std::vector<c10::IValue> &elements,
                                const std::string &name) {
  if (depth > 64)
    throw std::runtime_error("a list, tuple or dict of the model is too deep");
  ++depth;
  std::vector<int64_t> ids;
  std::vector<const char *> blank(elements.size(), "");
  for (size_t i = 0; i < elements.size(); ++i)
    ids.push_back(
        told(elements[i], name.empty() ? "" : name + "." + std::to_string(i)));
  --depth;
  lc_torchscript_node node = {};
  node.kind = kind;
  node.operand_count = ids.size();
  node.operands = ids.data();
  node.names = node.types = blank.data();
  node.result_count = 1;
  node.results = &id;
  node.result_type = node.file = node.module = "";
  sink.node(user, &node);
}

void ValueTeller::tell(int64_t id, const c10::IValue &v,
                       const std::string &name) {
  if (v.isNone())
    return sink.none(user, id);
  if (v.isBool())
    return sink.boolean(user, id, v.toBool());
  if (v.isInt())
    return sink.integer(user, id, v.toInt());
  if (v.isDouble())
    return sink.real(user, id, v.toDouble());
  if (v.isString())
    return sink.text(user, id, v.toStringRef().data(), v.toStringRef().size());
  if (v.isDevice()) {
    std::string text = v.toDevice().str();
    return sink.text(user, id, text.data(), text.size());
  }
  if (v.isTensor())
    return tellTensor(id, v.toTensor(), name);
  if (v.isList())
    return tellContainer(id, "constant::list", v.toListRef().vec(), name);
  if (v.isTuple())
    return tellContainer(
        id, "constant::tuple",
        std::vector<c10::IValue>(v.toTupleRef().elements().begin(),
                                 v.toTupleRef().elements().end()),
        name);
  if (v.isGenericDict()) {
    std::vector<c10::IValue> flat;
    for (const auto &entry : v.toGenericDict()) {
      flat.push_back(entry.key());
      flat.push_back(entry.value());
    }
    return tellContainer(id, "constant::dict", flat, name);
  }
  std::string what = "a value of type " + v.type()->annotation_str();
  sink.opaque(user, id, what.c_str());
}

int64_t ValueTeller::told(const c10::IValue &v, const std::string &name) {
  if (!v.isTensor() || !v.toTensor().defined()) {
    int64_t id = fresh();
    tell(id, v, name);
    return id;
  }
  auto [it, isNew] = tensors.try_emplace(keyOf(v.toTensor()), next);
  if (isNew) {
    alive.push_back(v.toTensor());
    tell(fresh(), v, name);
  }
  return it->second;
}

void ValueTeller::tellExample(const std::string &path, const c10::IValue &v) {
  if (v.isTensor() && v.toTensor().defined()) {
    const at::Tensor &t = v.toTensor();
    sink.example(user, path.c_str(), static_cast<int32_t>(t.scalar_type()),
                 static_cast<int32_t>(t.dim()), t.sizes().data());
  } else if (v.isTuple() || v.isList()) {
    std::vector<c10::IValue> elements;
    if (v.isList())
      elements = v.toListRef().vec();
    else
      elements.assign(v.toTupleRef().elements().begin(),
                      v.toTupleRef().elements().end());
    for (size_t i = 0; i < elements.size(); ++i)
      tellExample(path + "." + std::to_string(i), elements[i]);
  } else if (v.isGenericDict()) {
    for (const auto &entry : v.toGenericDict())
      if (entry.key().isString())
        tellExample(path + "." + entry.key().toStringRef(), entry.value());
  }
}

std::string encodeType(const c10::TypePtr &type) {
  auto inner = [&](size_t i) {
    return encodeType(type->containedTypes().at(i));
  };
  switch (type->kind()) {
  case c10::TypeKind::TensorType:
    return "T";
  case c10::TypeKind::IntType:
    return "i";
  case c10::TypeKind::FloatType:
    return "f";
  case c10::TypeKind::BoolType:
    return "b";
  case c10::TypeKind::StringType:
  case c10::TypeKind::DeviceObjType:
    return "s";
  case c10::TypeKind::NumberType:
    return "n";
  case c10::TypeKind::OptionalType:
    return "?" +
           encodeType(type->expectRef<c10::OptionalType>().getElementType());
  case c10::TypeKind::ListType:
    return "[" + inner(0);
  case c10::TypeKind::DictType:
    return "{" + inner(0) + inner(1);
  case c10::TypeKind::TupleType: {
    const auto &tuple = type->expectRef<c10::TupleType>();
    std::string text = "(";
    for (size_t i = 0; i < tuple.elements().size(); ++i) {
      text += i ? "," : "";
      if (tuple.schema())
        text += tuple.schema()->arguments().at(i).name() + "=";
      text += inner(i);
    }
    return text + ")";
  }
  default:
    return "*" + type->annotation_str();
  }
}

} // namespace lcompile::torchscript
