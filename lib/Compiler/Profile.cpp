// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading what lcompile-run --profile wrote.
#include "lib/Compiler/HtmlReport.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace lcompile {

Expected<Profile> readProfile(StringRef path, const Plan &plan) {
  auto bad = [&](const Twine &what) {
    return createStringError("'" + path + "': " + what);
  };
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return bad("cannot be read: " + buffer.getError().message());
  Expected<json::Value> text = json::parse((*buffer)->getBuffer());
  if (!text) {
    consumeError(text.takeError());
    return bad("is no trace of lcompile-run --profile");
  }
  const json::Object *root = text->getAsObject();
  const json::Array *events = root ? root->getArray("traceEvents") : nullptr;
  const json::Object *other = root ? root->getObject("otherData") : nullptr;
  if (!events || !other)
    return bad("is no trace of lcompile-run --profile");
  if (auto model = other->getString("model"); model && *model != plan.model)
    return bad("is a profile of '" + *model + "', expected one of '" +
               plan.model + "'");
  Profile profile;
  for (const PlanFunction &f : plan.functions)
    profile[f.name].resize(f.dispatches.size());
  for (const json::Value &event : *events) {
    const json::Object *fields = event.getAsObject();
    const json::Object *args = fields ? fields->getObject("args") : nullptr;
    auto name = fields ? fields->getString("name") : std::nullopt;
    auto duration = fields ? fields->getNumber("dur") : std::nullopt;
    auto function = args ? args->getString("function") : std::nullopt;
    auto dispatch = args ? args->getInteger("dispatch") : std::nullopt;
    if (!name || !duration || !function || !dispatch)
      return bad("has an event that is no dispatch");
    auto f = find_if(plan.functions, [&](const PlanFunction &f) {
      return f.name == *function;
    });
    if (f == plan.functions.end() || *dispatch < 0 ||
        size_t(*dispatch) >= f->dispatches.size() ||
        f->dispatches[*dispatch].kernel != *name)
      return bad("is a profile of another build: there is no dispatch " +
                 Twine(*dispatch) + " of '" + *name + "'");
    DispatchTime &time = profile[f->name][*dispatch];
    ++time.calls;
    time.microseconds += *duration;
  }
  return profile;
}

} // namespace lcompile
