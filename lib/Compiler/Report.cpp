// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What users read: coverage, refusals, versions.
#include "lib/Compiler/Report.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace lcompile {

/// The text of a line of the model's source, when the file is there.
static std::string sourceLine(const ModelLocation &where) {
  auto buffer = MemoryBuffer::getFile(where.file);
  if (!buffer || !where.line)
    return "";
  StringRef rest = (*buffer)->getBuffer();
  for (unsigned i = 1; i < where.line && !rest.empty(); ++i)
    rest = rest.split('\n').second;
  return rest.split('\n').first.trim().str();
}

void printIssues(raw_ostream &os, const import::Coverage &coverage) {
  MapVector<std::pair<std::string, std::string>,
            std::vector<const import::Issue *>,
            std::map<std::pair<std::string, std::string>, unsigned>>
      groups;
  for (const import::Issue &issue : coverage.issues)
    groups[{issue.schema, issue.reason}].push_back(&issue);
  for (const auto &[key, issues] : groups) {
    const import::Issue &first = *issues[0];
    if (!first.where.file.empty())
      os << first.where.file << ":" << first.where.line << ": ";
    os << "error: cannot compile " << first.schema << "\n";
    std::string line = sourceLine(first.where);
    if (!line.empty())
      os << "    " << line << "\n";
    if (!first.where.module.empty())
      os << "  module: " << first.where.module << "\n";
    if (!first.arguments.empty())
      os << "  in:     " << first.arguments << "\n";
    os << "  reason: " << first.reason << "\n";
    if (issues.size() > 1)
      os << "  places: " << issues.size() << "\n";
  }
}

void printCoverage(raw_ostream &os, const import::Coverage &coverage) {
  size_t bad = coverage.issues.size(),
         all = std::max<size_t>(coverage.operators, bad);
  double share = all ? 100.0 * double(all - bad) / double(all) : 100.0;
  os << format("%zu of %zu operators are supported (%.1f %%)\n", all - bad, all,
               share);
  printIssues(os, coverage);
}

void printRules(raw_ostream &os) {
  std::vector<StringRef> names;
  for (const auto &rule : import::AtenTable::get().all())
    names.push_back(rule.getKey());
  llvm::sort(names);
  for (StringRef name : names)
    os << name << "\n";
}

std::string versionText() {
  return "lcompile 0.1.0 (LLVM " LLVM_VERSION_STRING ")";
}

} // namespace lcompile
