// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Checked access to JSON text that nobody vouches for.
#include "lib/Import/ExportedProgram/Json.h"

#include <limits>

using namespace llvm;

namespace lcompile::import {

/// Control flow nests graphs about eight levels deep each; torch itself cannot
/// write more than its recursion limit.
static constexpr unsigned depthLimit = 400;

/// The deepest nesting of brackets outside of strings.
static unsigned nestingOf(StringRef text) {
  unsigned depth = 0, deepest = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        inString = false;
    } else if (c == '"') {
      inString = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == ']' || c == '}') && depth) {
      --depth;
    }
  }
  return deepest;
}

std::unique_ptr<json::Value> parseJson(StringRef text, Failure &failure) {
  if (nestingOf(text) > depthLimit) {
    failure.fail("values are nested more than " + Twine(depthLimit) + " deep");
    return nullptr;
  }
  Expected<json::Value> value = json::parse(text);
  if (!value) {
    failure.fail("not valid JSON: " + toString(value.takeError()));
    return nullptr;
  }
  return std::make_unique<json::Value>(std::move(*value));
}

static StringRef kindOf(const json::Value *value) {
  if (!value)
    return "nothing";
  switch (value->kind()) {
  case json::Value::Null:
    return "null";
  case json::Value::Boolean:
    return "a boolean";
  case json::Value::Number:
    return "a number";
  case json::Value::String:
    return "a string";
  case json::Value::Array:
    return "a list";
  case json::Value::Object:
    return "an object";
  }
  return "something else";
}

void Json::fail(const Twine &what) const { failure->fail(what); }

void Json::expected(StringRef kind) const {
  fail("expected " + kind + " for '" + name + "', found " + kindOf(value));
}

Json Json::get(StringRef key) const {
  const json::Object *object = value ? value->getAsObject() : nullptr;
  if (!object) {
    expected("an object");
    return {nullptr, *failure, key};
  }
  auto it = object->find(key);
  // The key of the text lives as long as the value does.
  if (it == object->end())
    return {nullptr, *failure, key};
  return {&it->second, *failure, StringRef(it->first)};
}

Json Json::at(StringRef key) const {
  Json member = get(key);
  if (!member.value)
    fail("'" + key + "' is missing in '" + name + "'");
  return member;
}

std::vector<Json> Json::items() const {
  const json::Array *array = value ? value->getAsArray() : nullptr;
  if (!array) {
    expected("a list");
    return {};
  }
  std::vector<Json> result;
  result.reserve(array->size());
  for (const json::Value &element : *array)
    result.emplace_back(&element, *failure, name);
  return result;
}

std::vector<std::string> Json::keys() const {
  const json::Object *object = value ? value->getAsObject() : nullptr;
  if (!object) {
    expected("an object");
    return {};
  }
  std::vector<std::string> result;
  for (const auto &[key, member] : *object)
    result.push_back(StringRef(key).str());
  llvm::sort(result);
  return result;
}

std::pair<StringRef, Json> Json::variant() const {
  const json::Object *object = value ? value->getAsObject() : nullptr;
  if (!object || object->size() != 1) {
    expected("an object with one member");
    return {"", Json(nullptr, *failure, name)};
  }
  const auto &member = *object->begin();
  StringRef key = member.first;
  return {key, Json(&member.second, *failure, key)};
}

StringRef Json::text() const {
  if (value)
    if (std::optional<StringRef> text = value->getAsString())
      return *text;
  expected("a string");
  return "";
}

int64_t Json::integer() const {
  if (value)
    if (std::optional<int64_t> number = value->getAsInteger())
      return *number;
  expected("an integer");
  return 0;
}

bool Json::boolean() const {
  if (value)
    if (std::optional<bool> flag = value->getAsBoolean())
      return *flag;
  expected("a boolean");
  return false;
}

double Json::number() const {
  if (value) {
    if (std::optional<double> number = value->getAsNumber())
      return *number;
    if (std::optional<StringRef> text = value->getAsString()) {
      if (*text == "Infinity")
        return std::numeric_limits<double>::infinity();
      if (*text == "-Infinity")
        return -std::numeric_limits<double>::infinity();
      if (*text == "NaN")
        return std::numeric_limits<double>::quiet_NaN();
    }
  }
  expected("a number");
  return 0;
}

} // namespace lcompile::import
