// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text of kernels in TPC-C.
#include "lib/Target/TPC/KernelText.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Target/Cpp/CppEmitter.h"

using namespace mlir;

namespace lcompile {

/// Coordinates from numbers: `int5 c = {a, b}` wants constants.
static void printCoordinates(llvm::raw_ostream &os, unsigned count) {
  os << "int5 at" << count << "(";
  for (unsigned i = 0; i < count; ++i)
    os << (i ? ", " : "") << "int x" << i;
  os << ") {\n  int5 c = {0};\n";
  for (unsigned i = 0; i < count; ++i)
    os << "  c[" << i << "] = x" << i << ";\n";
  os << "  return c;\n}\n";
}

/// A pair or quad from its registers: "join_float128" of two float64.
static void printJoin(llvm::raw_ostream &os, StringRef group, StringRef part,
                      unsigned parts) {
  os << group << " join_" << group << "(";
  for (unsigned i = 1; i <= parts; ++i)
    os << (i > 1 ? ", " : "") << part << " x" << i;
  os << ") {\n  " << group << " all = {0};\n";
  for (unsigned i = 1; i <= parts; ++i)
    os << "  all.v" << i << " = x" << i << ";\n";
  os << "  return all;\n}\n";
}

/// The helpers that the kernel calls, each once, in the order of their names.
static std::string helpersOf(emitc::FuncOp kernel) {
  std::map<std::string, std::string> helpers;
  kernel.walk([&](emitc::CallOpaqueOp call) {
    StringRef name = call.getCallee();
    std::string &text = helpers[name.str()];
    if (!text.empty())
      return;
    llvm::raw_string_ostream os(text);
    if (StringRef rest = name; rest.consume_front("at"))
      printCoordinates(os, call.getNumOperands());
    else if (StringRef group = name; group.consume_front("join_"))
      printJoin(
          os, group,
          cast<emitc::OpaqueType>(call.getOperand(0).getType()).getValue(),
          call.getNumOperands());
  });
  std::string all;
  for (auto &[name, text] : helpers)
    all += text;
  return all.empty() ? all : all + "\n";
}

llvm::Expected<std::string> kernelText(emitc::FuncOp kernel) {
  // A module of its own: every kernel's entry is called main.
  OwningOpRef<ModuleOp> module = ModuleOp::create(kernel.getLoc());
  auto copy = cast<emitc::FuncOp>(kernel->clone());
  copy.setName("main");
  module->push_back(copy);
  std::string text = helpersOf(kernel);
  llvm::raw_string_ostream os(text);
  if (failed(emitc::translateToCpp(*module, os)))
    return llvm::createStringError("kernel '" + kernel.getName() +
                                   "' has no text in TPC-C");
  return text;
}

} // namespace lcompile
