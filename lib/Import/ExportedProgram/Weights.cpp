// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights and constants of an archive on their way into the weight store.
#include "lib/Import/ExportedProgram/Weights.h"

#include "lib/Import/ExportedProgram/Schema.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;

namespace lcompile::import {

/// Copies larger than their storage (expanded tensors) stop here.
static constexpr uint64_t copyLimit = uint64_t(1) << 30;
static constexpr size_t rankLimit = 64;

static int64_t knownSize(Json size) {
  auto [kind, value] = size.variant();
  if (kind == "as_int")
    return value.integer();
  size.fail("expected sizes of a weight that are integers");
  return 0;
}

std::optional<StridedTensor> readStridedTensor(Json meta, MLIRContext *ctx) {
  Failure &failure = meta.failures();
  StridedTensor tensor;
  int64_t code = meta.at("dtype").integer();
  tensor.element = scalarType(code, ctx);
  if (!failure.failed() && !tensor.element)
    failure.fail("element type number " + Twine(code) + " is unknown");
  else if (!failure.failed() && !isSupportedElement(tensor.element))
    failure.fail("tensors of " + torchName(tensor.element) +
                 " are not supported");
  for (Json size : meta.at("sizes").items())
    tensor.sizes.push_back(knownSize(size));
  for (Json stride : meta.at("strides").items())
    tensor.strides.push_back(knownSize(stride));
  tensor.offset = knownSize(meta.at("storage_offset"));
  int64_t layout = meta.at("layout").integer();
  if (!failure.failed() && layout != 7)
    failure.fail("its layout has number " + Twine(layout) +
                 ", expected 7 (strided): sparse tensors are not supported");
  if (tensor.sizes.size() != tensor.strides.size())
    failure.fail("it has " + Twine(tensor.sizes.size()) + " sizes and " +
                 Twine(tensor.strides.size()) + " strides");
  if (tensor.sizes.size() > rankLimit)
    failure.fail("it has " + Twine(tensor.sizes.size()) + " dimensions");
  for (int64_t value : tensor.sizes)
    if (value < 0)
      failure.fail("its size " + Twine(value) + " is negative");
  for (int64_t value : tensor.strides)
    if (value < 0)
      failure.fail("its stride " + Twine(value) + " is negative");
  if (tensor.offset < 0)
    failure.fail("its storage offset " + Twine(tensor.offset) + " is negative");
  return failure.failed() ? std::nullopt : std::optional(tensor);
}

/// Number of elements, or nothing when it (or a part of it) exceeds 63 bits.
static std::optional<int64_t> countOf(ArrayRef<int64_t> sizes) {
  std::optional<int64_t> count = 1;
  for (int64_t size : sizes)
    if (count)
      count = llvm::checkedMul(*count, std::max<int64_t>(size, 1));
  return count && llvm::is_contained(sizes, 0) ? 0 : count;
}

/// Number of elements that the storage must have, or nothing when it overflows.
static std::optional<int64_t> extentOf(const StridedTensor &tensor) {
  std::optional<int64_t> last = tensor.offset;
  for (auto [size, stride] : llvm::zip_equal(tensor.sizes, tensor.strides)) {
    std::optional<int64_t> step = llvm::checkedMul(size - 1, stride);
    last = last && step ? llvm::checkedAdd(*last, *step) : std::nullopt;
  }
  return last ? llvm::checkedAdd<int64_t>(*last, 1) : std::nullopt;
}

static bool isRowMajor(const StridedTensor &tensor) {
  int64_t expected = 1;
  for (size_t i = tensor.sizes.size(); i-- > 0;) {
    if (tensor.sizes[i] != 1 && tensor.strides[i] != expected)
      return false;
    expected *= tensor.sizes[i];
  }
  return true;
}

/// Copies in row-major order; all offsets were checked.
static void copyStrided(const StridedTensor &tensor, unsigned width,
                        const char *from, char *to, int64_t count) {
  size_t rank = tensor.sizes.size();
  SmallVector<int64_t> index(rank, 0);
  int64_t place = tensor.offset;
  for (int64_t n = 0; n < count; ++n) {
    std::memcpy(to + n * width, from + place * width, width);
    for (size_t d = rank; d-- > 0;) {
      place += tensor.strides[d];
      if (++index[d] < tensor.sizes[d])
        break;
      place -= tensor.strides[d] * tensor.sizes[d];
      index[d] = 0;
    }
  }
}

std::optional<lc::Weight> sliceStorage(const StridedTensor &tensor,
                                       const Bytes &storage, Failure &failure) {
  auto type = RankedTensorType::get(tensor.sizes, tensor.element);
  unsigned width = lc::byteWidth(tensor.element);
  std::optional<int64_t> count = countOf(tensor.sizes);
  if (count == 0)
    return lc::Weight{type, {}, storage.owner};
  std::optional<int64_t> extent = extentOf(tensor);
  std::optional<int64_t> size =
      count ? llvm::checkedMul<int64_t>(*count, width) : std::nullopt;
  if (!size || !extent || uint64_t(*extent) > storage.data.size() / width) {
    failure.fail("its sizes and strides reach beyond the " +
                 Twine(storage.data.size()) + " bytes that are stored for it");
    return std::nullopt;
  }
  const char *start = storage.data.data() + tensor.offset * width;
  bool aligned = reinterpret_cast<uintptr_t>(start) % width == 0;
  if (isRowMajor(tensor) && aligned)
    return lc::Weight{type, {start, size_t(*size)}, storage.owner};
  if (uint64_t(*size) > std::max<uint64_t>(storage.data.size(), copyLimit)) {
    failure.fail("its " + Twine(*count) + " elements repeat a storage of " +
                 Twine(storage.data.size()) + " bytes too often");
    return std::nullopt;
  }
  auto copy = std::make_shared<std::vector<char>>(*size);
  copyStrided(tensor, width, storage.data.data(), copy->data(), *count);
  ArrayRef<char> data(copy->data(), copy->size());
  return lc::Weight{type, data, std::move(copy)};
}

WeightSource::~WeightSource() {
  for (const std::string &key : inserted)
    lc::getWeightStore(ctx).erase(key);
}

std::pair<std::string, RankedTensorType>
WeightSource::insert(StringRef name, lc::Weight weight) {
  RankedTensorType type = weight.type;
  inserted.push_back(lc::getWeightStore(ctx).insert(name, std::move(weight)));
  return {inserted.back(), type};
}

bool Weights::readList(List &list) {
  if (!archive.has(list.file))
    return true;
  Failure::Scope scope(failure, list.file);
  std::optional<Bytes> bytes = archive.read(list.file, failure);
  if (bytes)
    list.text = parseJson(bytes->text(), failure);
  return !failure.failed();
}

bool Weights::readLists(StringRef model) {
  weights = {"data/weights/",
             ("data/weights/" + model + "_weights_config.json").str(), nullptr};
  constants = {"data/constants/",
               ("data/constants/" + model + "_constants_config.json").str(),
               nullptr};
  return readList(weights) && readList(constants);
}

/// Whether to look for the weight in the list of constants.
bool Weights::isInConstants(StringRef name, bool isConstant) const {
  auto has = [&](const List &list) {
    Failure ignored;
    Json config = Json(list.text.get(), ignored, "file");
    return config.isObject() && config.get("config").isObject() &&
           config.get("config").get(name);
  };
  return isConstant ? !has(weights) || has(constants)
                    : !has(weights) && has(constants);
}

std::optional<std::pair<std::string, RankedTensorType>>
Weights::load(StringRef name, bool isConstant) {
  // Writers have moved constants between the lists; their names are unique.
  const List &list = isInConstants(name, isConstant) ? constants : weights;
  Failure::Scope scope(failure, list.file);
  if (!list.text) {
    failure.fail("the entry is missing, but the program uses '" + name + "'");
    return std::nullopt;
  }
  Json config = Json(list.text.get(), failure, "file").at("config");
  Json entry = config.get(name);
  if (failure.failed() || !entry) {
    failure.fail("'" + name + "' is missing");
    return std::nullopt;
  }
  Failure::Scope inner(failure, "'" + name + "'");
  Json pickled = entry.get("use_pickle");
  if (pickled && pickled.boolean())
    failure.fail("it is a pickled object (a tensor subclass or custom class), "
                 "which is not supported");
  std::string path = list.folder + entry.at("path_name").text().str();
  if (failure.failed())
    return std::nullopt;
  std::optional<StridedTensor> tensor =
      readStridedTensor(entry.at("tensor_meta"), ctx);
  if (!tensor)
    return std::nullopt;
  // Tied weights share their bytes even where these are a copy.
  std::string place = path;
  llvm::raw_string_ostream os(place);
  os << '|' << tensor->element << '|' << tensor->offset;
  for (auto [size, stride] : llvm::zip_equal(tensor->sizes, tensor->strides))
    os << '|' << size << ':' << stride;
  std::optional<lc::Weight> weight;
  if (auto known = slices.find(place); known != slices.end())
    weight = known->second;
  else if (std::optional<Bytes> bytes = archive.read(path, failure))
    weight = sliceStorage(*tensor, *bytes, failure);
  if (!weight)
    return std::nullopt;
  slices[place] = *weight;
  return insert(name, std::move(*weight));
}

GivenWeights::GivenWeights(ArrayRef<GivenWeight> given, MLIRContext *ctx,
                           Failure &failure)
    : WeightSource(ctx, failure) {
  for (const GivenWeight &weight : given)
    byName[weight.name] = weight;
}

std::optional<std::pair<std::string, RankedTensorType>>
GivenWeights::load(StringRef name, bool) {
  const GivenWeight &given = byName.find(name)->second;
  Failure::Scope scope(failure, "weight '" + name + "'");
  Type element = parseElement(given.dtype, ctx);
  if (!element)
    failure.fail("tensors of '" + given.dtype + "' are not supported");
  if (llvm::any_of(given.sizes, [](int64_t size) { return size < 0; }))
    failure.fail("a size is negative");
  std::optional<int64_t> count = countOf(given.sizes);
  if (!count || (*count && !given.data))
    failure.fail(count ? "no data given" : "its sizes are out of range");
  if (failure.failed())
    return std::nullopt;
  auto type = RankedTensorType::get(given.sizes, element);
  ArrayRef<char> data(static_cast<const char *>(given.data),
                      size_t(*count) * lc::byteWidth(element));
  return insert(name, lc::Weight{type, data, nullptr, /*isGiven=*/true});
}

} // namespace lcompile::import
