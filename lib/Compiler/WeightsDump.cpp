// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The weights beside dumped IR, as a safetensors file: a length, a JSON header
// with name, dtype, shape and offsets, then the bytes.
#include "lib/Compiler/WeightsDump.h"

#include "dialects/lc/IR/LcDialect.h"
#include "lib/Support/OutputFile.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;

namespace lcompile {

static constexpr std::pair<const char *, const char *> dtypes[] = {
    {"F64", "f64"}, {"F32", "f32"}, {"F16", "f16"}, {"BF16", "bf16"},
    {"I64", "i64"}, {"I32", "i32"}, {"I16", "i16"}, {"I8", "i8"},
    {"U8", "ui8"},  {"BOOL", "i1"}};

static std::string dtypeName(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  for (auto [name, mlir] : dtypes)
    if (text == mlir)
      return name;
  return text;
}

static Type dtypeType(StringRef name, Builder &b) {
  return llvm::StringSwitch<Type>(name)
      .Case("F64", b.getF64Type())
      .Case("F32", b.getF32Type())
      .Case("F16", b.getF16Type())
      .Case("BF16", b.getBF16Type())
      .Case("I64", b.getI64Type())
      .Case("I32", b.getI32Type())
      .Case("I16", b.getIntegerType(16))
      .Case("I8", b.getI8Type())
      .Case("U8", b.getIntegerType(8, false))
      .Case("BOOL", b.getI1Type())
      .Default(Type());
}

llvm::Error writeWeightsDump(StringRef path, const lc::WeightStore &store) {
  std::string header;
  llvm::raw_string_ostream os(header);
  uint64_t offset = 0;
  llvm::json::OStream json(os);
  json.object([&] {
    for (const auto &[key, weight] : store.all()) {
      json.attributeObject(key, [&, &weight = weight] {
        json.attribute("dtype", dtypeName(weight.type.getElementType()));
        json.attributeArray("shape", [&] {
          for (int64_t size : weight.type.getShape())
            json.value(size);
        });
        json.attributeArray("data_offsets", [&] {
          json.value(offset);
          json.value(offset + weight.data.size());
        });
      });
      offset += weight.data.size();
    }
  });
  while (header.size() % 64 != 56) // data starts at a multiple of 64
    header += ' ';
  llvm::Expected<OutputFile> file = OutputFile::create(path);
  if (!file)
    return file.takeError();
  uint64_t length = header.size();
  if (llvm::Error error = file->write(
          {reinterpret_cast<const char *>(&length), sizeof(length)}))
    return error;
  if (llvm::Error error = file->write({header.data(), header.size()}))
    return error;
  for (const auto &[key, weight] : store.all())
    if (llvm::Error error = file->write(weight.data))
      return error;
  return file->commit();
}

llvm::Error readWeightsDump(StringRef path, MLIRContext *ctx) {
  lc::WeightStore &store = lc::getWeightStore(ctx);
  auto bad = [&](const char *what) {
    return llvm::createStringError("'" + path.str() + "': " + what);
  };
  auto buffer = llvm::MemoryBuffer::getFile(path, false, false);
  if (!buffer)
    return bad("cannot be read");
  std::shared_ptr<llvm::MemoryBuffer> owner = std::move(*buffer);
  StringRef bytes = owner->getBuffer();
  uint64_t length;
  if (bytes.size() < sizeof(length))
    return bad("is too short");
  std::memcpy(&length, bytes.data(), sizeof(length));
  if (length > bytes.size() - sizeof(length))
    return bad("is truncated");
  llvm::Expected<llvm::json::Value> json =
      llvm::json::parse(bytes.substr(sizeof(length), length));
  if (!json)
    return json.takeError();
  StringRef data = bytes.drop_front(sizeof(length) + length);
  Builder b(ctx);
  const llvm::json::Object *entries = json->getAsObject();
  if (!entries)
    return bad("has no header");
  for (const auto &[key, value] : *entries) {
    const llvm::json::Object *entry = value.getAsObject();
    auto dtype = entry ? entry->getString("dtype") : std::nullopt;
    const auto *shape = entry ? entry->getArray("shape") : nullptr;
    const auto *offsets = entry ? entry->getArray("data_offsets") : nullptr;
    Type element = dtype ? dtypeType(*dtype, b) : Type();
    if (!element || !shape || !offsets || offsets->size() != 2)
      return bad("has a malformed entry");
    SmallVector<int64_t> sizes;
    for (const llvm::json::Value &size : *shape)
      sizes.push_back(size.getAsInteger().value_or(-1));
    int64_t begin = (*offsets)[0].getAsInteger().value_or(-1);
    int64_t end = (*offsets)[1].getAsInteger().value_or(-1);
    if (begin < 0 || end < begin || uint64_t(end) > data.size() ||
        llvm::any_of(sizes, [](int64_t n) { return n < 0; }))
      return bad("has an entry outside of the file");
    store.insert(key,
                 lc::Weight{RankedTensorType::get(sizes, element),
                            ArrayRef<char>(data.data() + begin, end - begin),
                            owner});
  }
  return llvm::Error::success();
}

} // namespace lcompile
