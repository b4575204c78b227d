// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Constants and weights of the program, and numbers that stand for tensors.
#include "dialects/lc/IR/WeightStore.h"
#include "lib/Import/TorchScript/Replay.h"

using namespace mlir;

namespace lcompile::import::torchscript {

/// Tensors without a name of at most this many elements stand in the program.
static constexpr int64_t inlineLimit = 16;

static ElementsAttr elementsOf(const TensorConstant &c, RankedTensorType type) {
  if (!type.getElementType().isInteger(1))
    return DenseElementsAttr::getFromRawBuffer(type, c.data);
  SmallVector<bool> bits(c.data.size());
  for (size_t i = 0; i < bits.size(); ++i)
    bits[i] = c.data[i] != 0;
  return DenseElementsAttr::get(type, bits);
}

void Replay::declareBuffers() {
  marksParameters = true;
  for (const auto &[value, c] : recording.tensors) {
    Type element = dtypeOf(c.dtype, context());
    if (c.trainable || c.name.empty() || !element)
      continue;
    lc::Dims dims;
    for (int64_t size : c.sizes)
      dims.push_back(lc::constant(context(), size));
    buffers[value] = {pb.addInput(c.name, dims, element), ""};
  }
}

void Replay::freezeBuffers() {
  std::set<unsigned> changed = pb.changedInputs();
  for (const auto &[value, buffer] : buffers)
    if (!changed.count(buffer.input))
      pb.freezeInput(buffer.input, buffer.key);
}

void Replay::constants() {
  lc::WeightStore &store = lc::getWeightStore(context());
  unsigned unnamed = 0;
  for (const auto &[value, c] : recording.tensors) {
    Type element = dtypeOf(c.dtype, context());
    if (!element) {
      define(value, Cell::unknown("a tensor of " + dtypeName(c.dtype)));
      continue;
    }
    auto type = RankedTensorType::get(c.sizes, element);
    if (c.name.empty() && type.getNumElements() <= inlineLimit) {
      define(value, pb.constant(elementsOf(c, type)));
      continue;
    }
    std::string key =
        c.name.empty() ? "constant_" + std::to_string(unnamed++) : c.name;
    key = store.insert(key, {type, c.data, c.owner});
    if (auto buffer = buffers.find(value); buffer != buffers.end()) {
      buffer->second.key = key;
      pb.markBuffer(buffer->second.input, key);
      define(value, pb.input(buffer->second.input));
      continue;
    }
    bool trainable = marksParameters && c.trainable && isa<FloatType>(element);
    define(value, pb.parameter(key, type, {}, trainable));
  }
}

Cell Replay::constant(int64_t value) const {
  if (auto found = cells.find(value); found != cells.end())
    return found->second;
  if (auto found = recording.scalars.find(value);
      found != recording.scalars.end())
    return found->second;
  if (auto found = recording.opaque.find(value);
      found != recording.opaque.end())
    return Cell::unknown(found->second);
  return Cell::unknown("a value that was never set");
}

bool Replay::known(const Cell &cell, Datum &value) const {
  if (cell.box || cell.isUnknown())
    return false;
  value = cell.datum;
  if (!value.isTensor())
    return value.isNumber() || value.isNone() ||
           (value.isString() && !isUninitialized(cell));
  auto op = value.value().getDefiningOp<lc::ConstantOp>();
  auto elements = op ? dyn_cast<DenseElementsAttr>(op.getValue()) : nullptr;
  if (!elements || elements.getNumElements() != 1)
    return false;
  Type type = elements.getElementType();
  if (isa<FloatType>(type)) {
    bool loses;
    APFloat number = *elements.value_begin<APFloat>();
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &loses);
    value = Datum(number.convertToDouble());
  } else {
    APInt number = *elements.value_begin<APInt>();
    value = type.isInteger(1)          ? Datum(!number.isZero())
            : type.isUnsignedInteger() ? Datum(int64_t(number.getZExtValue()))
                                       : Datum(number.getSExtValue());
  }
  return true;
}

/// True for a tensor constant of the archive, not one that the program makes.
bool Replay::isRecorded(Value v) const {
  return llvm::any_of(recording.tensors, [&](const auto &entry) {
    auto found = cells.find(entry.first);
    return found != cells.end() && found->second.datum.isTensor() &&
           found->second.datum.value() == v;
  });
}

Datum Replay::asTensor(const Cell &cell) {
  const Datum &d = cell.datum;
  if (cell.box || cell.isUnknown() || d.isTensor() || d.isPoison())
    return toDatum(cell);
  OpBuilder &b = pb.builder();
  auto scalar = [&](Type element) {
    return RankedTensorType::get({}, element);
  };
  if (d.isBool())
    return pb.constant(
        DenseElementsAttr::get(scalar(b.getI1Type()), d.asBool()));
  if (d.isInt())
    return pb.constant(
        DenseElementsAttr::get(scalar(b.getI64Type()), d.asInt()));
  if (d.isFloat())
    return pb.constant(
        DenseElementsAttr::get(scalar(b.getF64Type()), d.asFloat()));
  if (d.isSize()) {
    auto expr = lc::DimsAttr::get({d.size(context())}, context());
    return Value(
        lc::SizeOp::create(b, b.getUnknownLoc(), scalar(b.getI64Type()), expr));
  }
  if (d.isRuntimeScalar())
    return Value(lc::ScalarOp::create(b, b.getUnknownLoc(),
                                      scalar(d.value().getType()), d.value()));
  return d;
}

} // namespace lcompile::import::torchscript
