// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One call of an ATen operator on its way into lc, and the table of rules.
#ifndef LIB_IMPORT_ATEN_ATENCALL_H
#define LIB_IMPORT_ATEN_ATENCALL_H

#include "dialects/lc/IR/LcOps.h"
#include "dialects/lc/IR/SymbolicShape.h"
#include "lib/Import/Aten/Datum.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/StringMap.h"

namespace lcompile::import {

/// The places of a program that draw random numbers.
struct RandomSites {
  int64_t count = 0;
  unsigned loops = 0; // around what is built now
};

/// A call: arguments by the names of the operator's schema; those that were not
/// given take the schema's default, which each rule states when it asks. Rules
/// read arguments, build lc operations with `b`, and add results. A rule that
/// cannot translate its arguments calls refuse() and returns.
class AtenCall {
public:
  AtenCall(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef schema,
           std::vector<std::pair<std::string, Datum>> args,
           llvm::ArrayRef<lc::SymbolAttr> symbols = {})
      : b(loc, builder), schema(schema), args(std::move(args)),
        symbols(symbols) {}

  // ---- arguments ----------------------------------------------------------

  bool has(llvm::StringRef name) const;         // given and not None
  const Datum &get(llvm::StringRef name) const; // None when not given
  /// The tensor; refuses and returns null when it is none.
  mlir::Value tensor(llvm::StringRef name);
  mlir::Value tensorOrNull(llvm::StringRef name);
  llvm::SmallVector<mlir::Value> tensors(llvm::StringRef name);
  int64_t integer(llvm::StringRef name, int64_t otherwise = 0);
  double number(llvm::StringRef name, double otherwise = 0);
  bool boolean(llvm::StringRef name, bool otherwise = false);
  std::string text(llvm::StringRef name, llvm::StringRef otherwise = "");
  /// A list of numbers known at compile time; one number stands for a list.
  llvm::SmallVector<int64_t> integers(llvm::StringRef name);
  llvm::SmallVector<double> numbers(llvm::StringRef name);
  /// A list of sizes, symbolic ones included.
  lc::Dims sizes(llvm::StringRef name);
  /// One size; null when not given.
  mlir::AffineExpr size(llvm::StringRef name);
  /// The element type asked for, or null.
  mlir::Type dtype(llvm::StringRef name = "dtype");
  /// `dim` counted from the front; refuses when outside of [-rank, rank).
  int64_t dim(llvm::StringRef name, int64_t rank, int64_t otherwise = 0);
  /// A sorted list of dimensions; all of them when not given or empty.
  llvm::SmallVector<int64_t> dims(llvm::StringRef name, int64_t rank);

  // ---- results -------------------------------------------------------------

  void result(Datum d) { results.push_back(std::move(d)); }
  /// States why these arguments cannot be translated; the first reason counts.
  void refuse(const llvm::Twine &why);
  bool refused() const { return !reason.empty(); }

  // ---- building ------------------------------------------------------------

  static mlir::RankedTensorType typeOf(mlir::Value v) {
    return llvm::cast<mlir::RankedTensorType>(v.getType());
  }
  static int64_t rankOf(mlir::Value v) { return typeOf(v).getRank(); }
  static mlir::Type elementOf(mlir::Value v) {
    return typeOf(v).getElementType();
  }

  /// Builds an operation whose result type is inferred. Errors of the inference
  /// become refusals; the result is then null.
  template <typename Op, typename... Args> mlir::Value make(Args &&...args) {
    if (refused())
      return {};
    // The type is filled in by inference; MLIR's own builders would abort where
    // it fails.
    return inferred(Op::create(b, mlir::Type(b.getNoneType()),
                               std::forward<Args>(args)...));
  }
  /// Builds an operation of an explicit result type and checks its rules.
  template <typename Op, typename... Args>
  mlir::Value makeTyped(mlir::Type type, Args &&...args) {
    if (refused())
      return {};
    return checked(Op::create(b, type, std::forward<Args>(args)...));
  }

  mlir::Value convert(mlir::Value v, mlir::Type element);
  mlir::Value reshape(mlir::Value v, llvm::ArrayRef<mlir::AffineExpr> dims);
  mlir::Value expand(mlir::Value v, llvm::ArrayRef<mlir::AffineExpr> dims);
  mlir::Value permute(mlir::Value v, llvm::ArrayRef<int64_t> perm);
  mlir::Value slice(mlir::Value v, int64_t dim, mlir::AffineExpr start,
                    mlir::AffineExpr count, int64_t step = 1);
  /// A tensor of these sizes with one value.
  mlir::Value full(llvm::ArrayRef<mlir::AffineExpr> dims, mlir::Type element,
                   double value);
  mlir::AffineExpr constant(int64_t value) {
    return lc::constant(b.getContext(), value);
  }
  mlir::Type i64() { return b.getI64Type(); }
  mlir::Type i1() { return b.getI1Type(); }

  /// The common shape of broadcast; refuses when there is none.
  lc::Dims broadcastDims(llvm::ArrayRef<mlir::Value> tensors);
  /// `v` with leading dimensions added and dimensions of size 1 repeated.
  mlir::Value broadcastTo(mlir::Value v, llvm::ArrayRef<mlir::AffineExpr> dims);

  /// The element type that PyTorch gives arithmetic on these: tensors with
  /// dimensions count before 0-d tensors, and those before Python numbers,
  /// unless a later one is of a higher kind (bool < integer < floating point).
  mlir::Type promote(llvm::ArrayRef<const Datum *> operands);
  /// A tensor or number as a tensor of this element type and shape.
  mlir::Value materialize(const Datum &d, llvm::ArrayRef<mlir::AffineExpr> dims,
                          mlir::Type element);
  /// Both operands promoted and broadcast. Integers become floating point when
  /// `toFloat` is set.
  std::pair<mlir::Value, mlir::Value> binaryOperands(llvm::StringRef lhs,
                                                     llvm::StringRef rhs,
                                                     bool toFloat = false);
  /// The tensor, converted to floating point when it holds integers or bools.
  mlir::Value floatTensor(llvm::StringRef name);

  mlir::ImplicitLocOpBuilder b;
  std::string schema; // "aten::add.Tensor"
  std::vector<std::pair<std::string, Datum>> args;
  llvm::ArrayRef<lc::SymbolAttr> symbols; // the function's symbols so far
  RandomSites *random = nullptr;          // null: there are no random numbers
  std::vector<Datum> results;
  std::string reason; // why it was refused

private:
  mlir::Value inferred(mlir::Operation *op);
  mlir::Value checked(mlir::Operation *op);
  mlir::Value guarded(mlir::Operation *op,
                      llvm::function_ref<mlir::LogicalResult()> check);
};

using AtenRule = void (*)(AtenCall &call);

/// Rules by schema name with overload ("aten::add.Tensor", "aten::relu").
class AtenTable {
public:
  static const AtenTable &get();
  /// Null when there is no rule.
  AtenRule lookup(llvm::StringRef schema) const;
  const llvm::StringMap<AtenRule> &all() const { return rules; }
  void add(llvm::StringRef schema, AtenRule rule);
  void add(llvm::ArrayRef<llvm::StringRef> schemas, AtenRule rule) {
    for (llvm::StringRef schema : schemas)
      add(schema, rule);
  }

private:
  llvm::StringMap<AtenRule> rules;
};

// The families, one file each (Rules/<Family>.cpp).
void addElementwiseRules(AtenTable &table);
void addShapeRules(AtenTable &table);
void addSliceRules(AtenTable &table);
void addArrangeRules(AtenTable &table);
void addPadRules(AtenTable &table);
void addCastRules(AtenTable &table);
void addFactoryRules(AtenTable &table);
void addIndexRules(AtenTable &table);
void addScatterRules(AtenTable &table);
void addOrderRules(AtenTable &table);
void addReduceRules(AtenTable &table);
void addContractionRules(AtenTable &table);
void addEinsumRules(AtenTable &table);
void addConvolutionRules(AtenTable &table);
void addNormRules(AtenTable &table);
void addPoolRules(AtenTable &table);
void addLossRules(AtenTable &table);
void addRecurrentRules(AtenTable &table);
void addRandomRules(AtenTable &table);
void addScalarRules(AtenTable &table);
void addPropertyRules(AtenTable &table);
void addCompositeRules(AtenTable &table);
void addBackwardRules(AtenTable &table);
/// Other names of operators above: last.
void addAliasRules(AtenTable &table);

} // namespace lcompile::import

#endif // LIB_IMPORT_ATEN_ATENCALL_H
