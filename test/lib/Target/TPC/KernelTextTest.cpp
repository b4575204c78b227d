// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text of kernels: entry, helpers, and what cannot be printed.
#include "lib/Target/TPC/KernelText.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace mlir;

namespace {

/// The text of the one kernel in `ir`, or its error.
std::string textOf(StringRef ir) {
  MLIRContext ctx;
  ctx.loadDialect<emitc::EmitCDialect>();
  auto module = parseSourceString<ModuleOp>(ir, &ctx);
  if (!module)
    return "not parsed";
  llvm::Expected<std::string> text =
      lcompile::kernelText(*module->getOps<emitc::FuncOp>().begin());
  return text ? *text : "error: " + llvm::toString(text.takeError());
}

TEST(KernelText, HelpersComeFirstAndOnce) {
  EXPECT_EQ(textOf(R"(
    emitc.func @k(%x: !emitc.opaque<"tensor">, %n: !emitc.opaque<"int">) {
      %a = emitc.call_opaque "at2"(%n, %n) : (!emitc.opaque<"int">, !emitc.opaque<"int">) -> !emitc.opaque<"int5">
      %b = emitc.call_opaque "at2"(%n, %n) : (!emitc.opaque<"int">, !emitc.opaque<"int">) -> !emitc.opaque<"int5">
      %v = emitc.call_opaque "v_f32_ld_tnsr_b"(%a, %x) : (!emitc.opaque<"int5">, !emitc.opaque<"tensor">) -> !emitc.opaque<"float64">
      %p = emitc.call_opaque "join_float128"(%v, %v) : (!emitc.opaque<"float64">, !emitc.opaque<"float64">) -> !emitc.opaque<"float128">
      emitc.return
    })"),
            R"(int5 at2(int x0, int x1) {
  int5 c = {0};
  c[0] = x0;
  c[1] = x1;
  return c;
}
float128 join_float128(float64 x1, float64 x2) {
  float128 all = {0};
  all.v1 = x1;
  all.v2 = x2;
  return all;
}

void main(tensor v1, int v2) {
  int5 v3 = at2(v2, v2);
  int5 v4 = at2(v2, v2);
  float64 v5 = v_f32_ld_tnsr_b(v3, v1);
  float128 v6 = join_float128(v5, v5);
  return;
}

)");
}

TEST(KernelText, WithoutHelpers) {
  EXPECT_EQ(textOf("emitc.func @k() { emitc.return }"),
            "void main() {\n  return;\n}\n\n");
}

} // namespace
