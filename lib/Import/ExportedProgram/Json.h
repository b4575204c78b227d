// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Checked access to JSON text that nobody vouches for.
#ifndef LIB_IMPORT_EXPORTEDPROGRAM_JSON_H
#define LIB_IMPORT_EXPORTEDPROGRAM_JSON_H

#include "lib/Import/ExportedProgram/Failure.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/JSON.h"

namespace lcompile::import {

/// A value of a parsed text. Accessors of the wrong kind record an error in the
/// Failure and give an empty value.
class Json {
public:
  Json(const llvm::json::Value *value, Failure &failure, llvm::StringRef name)
      : value(value), failure(&failure), name(name) {}

  /// Absent or null.
  bool isNull() const { return !value || value->getAsNull(); }
  explicit operator bool() const { return !isNull(); }
  bool isObject() const { return value && value->getAsObject(); }
  bool isList() const { return value && value->getAsArray(); }
  bool isText() const { return value && value->getAsString(); }

  Json at(llvm::StringRef key) const;  // error when absent
  Json get(llvm::StringRef key) const; // null when absent
  std::vector<Json> items() const;
  std::vector<std::string> keys() const; // sorted
  /// The only member of an object: how the schema writes unions.
  std::pair<llvm::StringRef, Json> variant() const;

  llvm::StringRef text() const;
  int64_t integer() const;
  bool boolean() const;
  /// Numbers, and the texts "Infinity", "-Infinity" and "NaN".
  double number() const;

  void fail(const llvm::Twine &what) const;
  Failure &failures() const { return *failure; }

private:
  void expected(llvm::StringRef kind) const;

  const llvm::json::Value *value;
  Failure *failure;
  llvm::StringRef name; // for messages; part of the text or a literal
};

/// Parses `text`, refusing nesting that would exhaust the stack. Null on error.
std::unique_ptr<llvm::json::Value> parseJson(llvm::StringRef text,
                                             Failure &failure);

} // namespace lcompile::import

#endif // LIB_IMPORT_EXPORTEDPROGRAM_JSON_H
