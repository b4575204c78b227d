// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Damaged archives and texts end in an error or a program, never in a crash.
#include "TestArchive.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include <gtest/gtest.h>
#include <random>

using namespace lcompile::import;
using namespace lcompile::import::test;

TEST(Hostile, SingleBitFlips) {
  const std::string good = TestProgram().archive();
  const std::string module = importBytes(good).module;
  ASSERT_NE(module, "");
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    std::string bytes = good;
    size_t bit = random() % (bytes.size() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    Imported result = importBytes(bytes);
    // Whatever passes the checks (padding, times) gives the same program.
    if (result.error.empty())
      EXPECT_EQ(result.module, module) << "bit " << bit;
  }
}

TEST(Hostile, Truncations) {
  const std::string good = TestProgram().archive();
  for (size_t size = 0; size < good.size(); size += size < 200 ? 1 : 37)
    EXPECT_NE(importBytes(llvm::StringRef(good).take_front(size)).error, "")
        << size;
  EXPECT_NE(importBytes(llvm::StringRef(good).drop_front(1)).error, "");
}

using Values = std::vector<llvm::json::Value *>;

static void collect(llvm::json::Value &value, Values &all) {
  all.push_back(&value);
  if (llvm::json::Object *object = value.getAsObject())
    for (auto &member : *object)
      collect(member.second, all);
  if (llvm::json::Array *array = value.getAsArray())
    for (llvm::json::Value &element : *array)
      collect(element, all);
}

/// Changes one value anywhere in a text: to another one of the text, or to one
/// that readers like to get wrong.
static void mutate(llvm::json::Value &text, std::mt19937 &random) {
  auto pick = [&](size_t size) { return random() % size; };
  Values all;
  collect(text, all);
  llvm::json::Value &value = *all[pick(all.size())];
  const int64_t numbers[] = {0,         1,         -1,
                             2,         5,         12,
                             99,        1 << 20,   int64_t(1) << 40,
                             INT64_MAX, INT64_MIN, INT64_MAX - 1};
  if (llvm::json::Array *array = value.getAsArray(); array && !array->empty()) {
    size_t i = pick(array->size());
    if (pick(2))
      array->erase(array->begin() + i);
    else
      array->insert(array->begin() + i, llvm::json::Value((*array)[i]));
    return;
  }
  if (llvm::json::Object *object = value.getAsObject();
      object && !object->empty() && pick(4) == 0) {
    object->erase(std::next(object->begin(), pick(object->size())));
    return;
  }
  switch (pick(10)) {
  case 0:
    value = nullptr;
    break;
  case 1:
    value = llvm::json::Array();
    break;
  case 2:
    value = 0.5;
    break;
  case 3:
    value = "x";
    break;
  case 4:
  case 5:
    value = numbers[pick(std::size(numbers))];
    break;
  default:
    value = llvm::json::Value(*all[pick(all.size())]);
  }
}

TEST(Hostile, MutatedPrograms) {
  auto text = llvm::json::parse(TestProgram().json());
  ASSERT_TRUE(bool(text));
  mlir::MLIRContext ctx;
  std::mt19937 random(2);
  for (int i = 0; i < 2000; ++i) {
    llvm::json::Value changed = *text;
    for (unsigned n = 0; n <= random() % 3; ++n)
      mutate(changed, random);
    std::string written, error;
    llvm::raw_string_ostream(written) << changed;
    Coverage coverage;
    auto module = importGraphJson(written, &ctx, coverage, error);
    EXPECT_TRUE(module || !error.empty() || !coverage.issues.empty())
        << written;
  }
}

TEST(Hostile, MutatedTexts) {
  const std::string good = TestProgram().json();
  mlir::MLIRContext ctx;
  std::mt19937 random(3);
  for (int i = 0; i < 1000; ++i) {
    std::string text = good;
    for (int n = 0; n < 3; ++n)
      text[random() % text.size()] = "{}[]\",:0-\\x\0e9"[random() % 14];
    Coverage coverage;
    std::string error;
    importGraphJson(text, &ctx, coverage, error);
  }
}

TEST(Hostile, MutatedWeightLists) {
  TestProgram program;
  auto meta = llvm::json::parse(program.weightMeta);
  ASSERT_TRUE(bool(meta));
  std::mt19937 random(4);
  for (int i = 0; i < 300; ++i) {
    llvm::json::Value changed = *meta;
    mutate(changed, random);
    program.weightMeta.clear();
    llvm::raw_string_ostream(program.weightMeta) << changed;
    importProgram(program);
  }
}
