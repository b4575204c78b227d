// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What users read: coverage, refusals, versions.
#ifndef LIB_COMPILER_REPORT_H
#define LIB_COMPILER_REPORT_H

#include "lib/Import/Aten/ProgramBuilder.h"
#include "llvm/Support/raw_ostream.h"

namespace lcompile {

/// Every operator that cannot be imported, each with its line, module,
/// arguments and reason; equal operators are listed once with the number of
/// places.
void printIssues(llvm::raw_ostream &os, const import::Coverage &coverage);

/// For --check: the share of supported operators, then the issues.
void printCoverage(llvm::raw_ostream &os, const import::Coverage &coverage);

/// One name a line, sorted: the operators that the ATen table knows.
void printRules(llvm::raw_ostream &os);

/// "lcompile 0.1.0 (LLVM 22.1.8)".
std::string versionText();

} // namespace lcompile

#endif // LIB_COMPILER_REPORT_H
