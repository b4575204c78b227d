// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The bytes behind lc.parameter: they stay outside the IR, mostly in mapped
// files.
#ifndef DIALECTS_LC_IR_WEIGHTSTORE_H
#define DIALECTS_LC_IR_WEIGHTSTORE_H

#include "mlir/IR/BuiltinTypes.h"
#include <map>
#include <memory>
#include <string>

namespace lcompile::lc {

/// Dense row-major data of a static tensor; bool is one byte an element.
struct Weight {
  mlir::RankedTensorType type;
  llvm::ArrayRef<char> data;
  /// Keeps `data` alive: a file mapping or a buffer.
  std::shared_ptr<const void> owner;
  /// The caller's memory, who can give it again, under this key, when the
  /// artefact is loaded.
  bool isGiven = false;
};

/// Weights by key. Belongs to the dialect, so to one
/// session. Not safe for concurrent use.
class WeightStore {
public:
  /// Adds a weight under `key`, or under `key` with a number behind it when
  /// that is taken. Returns the key used.
  std::string insert(llvm::StringRef key, Weight weight);
  /// Adds a copy of `data`.
  std::string insertCopy(llvm::StringRef key, mlir::RankedTensorType type,
                         llvm::ArrayRef<char> data);
  /// Null when there is none.
  const Weight *lookup(llvm::StringRef key) const;
  void erase(llvm::StringRef key) { weights.erase(key.str()); }
  /// All weights, by name.
  const std::map<std::string, Weight, std::less<>> &all() const {
    return weights;
  }

private:
  std::map<std::string, Weight, std::less<>> weights;
};

/// Bytes of one element as stored in memory (bool: 1).
unsigned byteWidth(mlir::Type element);

/// The weight store of the session that `ctx` belongs to.
WeightStore &getWeightStore(mlir::MLIRContext *ctx);

} // namespace lcompile::lc

#endif // DIALECTS_LC_IR_WEIGHTSTORE_H
