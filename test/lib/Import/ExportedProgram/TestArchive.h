// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Builds small .pt2 archives for the tests of their reader.
#ifndef TEST_LIB_IMPORT_EXPORTEDPROGRAM_TESTARCHIVE_H
#define TEST_LIB_IMPORT_EXPORTEDPROGRAM_TESTARCHIVE_H

#include "lib/Import/ExportedProgram/ExportedProgram.h"
#include "mlir/IR/MLIRContext.h"
#include <string>
#include <utility>
#include <vector>

namespace lcompile::import::test {

/// A file below the system's temporary folder, removed at the end.
class TemporaryFile {
public:
  explicit TemporaryFile(llvm::StringRef content);
  ~TemporaryFile();
  const std::string &path() const { return name; }

private:
  std::string name;
};

struct Entry {
  std::string name, content;
  bool deflate = false;
};
/// A zip file, made by libzip.
std::string makeZip(const std::vector<Entry> &entries);

/// A program in parts that tests replace: y = (x + w) * 2 with w a parameter.
struct TestProgram {
  std::string version = R"({"major": 8, "minor": 20})";
  std::string ranges = "{}";
  std::string inputs, inputSpecs, outputs, outputSpecs, nodes, tensors;
  std::string symInts = "{}", symBools = "{}";
  std::string weightMeta, constantsConfig = R"({"config": {}})";
  std::string weightPath = "weight_0";
  std::vector<std::pair<std::string, std::string>> files; // data/weights/...

  TestProgram();
  /// x has one dimension of this symbolic size.
  static TestProgram dynamic(llvm::StringRef size, llvm::StringRef ranges);
  std::string json() const;
  std::vector<Entry> entries() const;
  std::string archive() const { return makeZip(entries()); }
};

/// TensorMeta of a contiguous tensor with one dimension.
std::string meta(llvm::StringRef size, int dtype = 7);
std::string tensor(llvm::StringRef name); // {"as_tensor": {"name": ...}}
std::string input(llvm::StringRef name, llvm::StringRef argument);
std::string node(llvm::StringRef target, std::vector<std::string> inputs,
                 std::vector<std::string> outputs,
                 llvm::StringRef metadata = "{}");
std::string list(const std::vector<std::string> &elements); // "a, b"

/// What an import gave: the module's text, or what was wrong.
struct Imported {
  std::string module, error;
  Coverage coverage;
};
Imported importProgram(const TestProgram &program,
                       const ImportOptions &options = {},
                       mlir::MLIRContext *ctx = nullptr);
Imported importBytes(llvm::StringRef bytes, const ImportOptions &options = {},
                     mlir::MLIRContext *ctx = nullptr);

} // namespace lcompile::import::test

#endif // TEST_LIB_IMPORT_EXPORTEDPROGRAM_TESTARCHIVE_H
