// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The grammar of input specifications.
#include "lib/Import/InputSpec/InputSpec.h"

#include <gtest/gtest.h>

using namespace lcompile::import;

namespace {

InputSpec parsed(const char *text) {
  std::string error;
  auto spec = parseInputSpec(text, error);
  EXPECT_TRUE(spec) << text << ": " << error;
  EXPECT_EQ(error, "");
  return spec.value_or(InputSpec());
}

std::string errorOf(const char *text) {
  std::string error;
  EXPECT_FALSE(parseInputSpec(text, error)) << text;
  EXPECT_EQ(error.find('\n'), std::string::npos);
  return error;
}

TEST(InputSpec, Static) {
  InputSpec spec = parsed("1x3x224x224xf32");
  EXPECT_EQ(spec.name, "");
  EXPECT_TRUE(spec.hasShape);
  EXPECT_EQ(spec.dtype, "f32");
  ASSERT_EQ(spec.dims.size(), 4u);
  EXPECT_TRUE(spec.dims[3].isStatic());
  EXPECT_EQ(spec.dims[3].min, 224);
}

TEST(InputSpec, Names) {
  EXPECT_EQ(parsed("x: 4xf32").name, "x");
  EXPECT_EQ(parsed("  x:4xf32 ").name, "x");
  EXPECT_EQ(parsed("states.0 : 4xf32").name, "states.0");
  EXPECT_EQ(parsed("_a-b.c: f32").name, "_a-b.c");
  EXPECT_EQ(parsed("f32: f32").name, "f32");
}

TEST(InputSpec, Ranges) {
  InputSpec spec = parsed("ids: batch=1..32x8..512:8x?x4..?xi64");
  ASSERT_EQ(spec.dims.size(), 4u);
  EXPECT_EQ(spec.dims[0], (SizeSpec{"batch", 1, 32, 1}));
  EXPECT_EQ(spec.dims[1], (SizeSpec{"", 8, 512, 8}));
  EXPECT_EQ(spec.dims[2], (SizeSpec{"", 1, SizeSpec::unbounded, 1}));
  EXPECT_EQ(spec.dims[3], (SizeSpec{"", 4, SizeSpec::unbounded, 1}));
  EXPECT_FALSE(spec.dims[0].isStatic());
  EXPECT_EQ(toText(spec), "ids: batch=1..32x8..512:8x?x4..?xi64");
}

TEST(InputSpec, StepsWithoutNameAreNoName) {
  EXPECT_EQ(parsed("8..512:8xf32").name, "");
  EXPECT_EQ(parsed("n=8..512:8xf32").dims[0].symbol, "n");
}

TEST(InputSpec, SymbolsMayContainX) {
  EXPECT_EQ(parsed("max_x=1..5x3xf32").dims[0].symbol, "max_x");
  EXPECT_EQ(parsed("x=?xi8").dims[0].symbol, "x");
}

TEST(InputSpec, Dtypes) {
  for (const char *type :
       {"f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "ui8", "i1"}) {
    EXPECT_EQ(parsed(type).dtype, type);
    EXPECT_EQ(parsed((std::string("2x") + type).c_str()).dtype, type);
  }
  EXPECT_EQ(parsed("2xbool").dtype, "i1");
  EXPECT_EQ(parsed("2xu8").dtype, "ui8");
  EXPECT_EQ(parsed("2x3").dtype, "");
  EXPECT_EQ(parsed("f32").dims.size(), 0u);
}

TEST(InputSpec, Zero) { EXPECT_EQ(parsed("0x3xf32").dims[0].min, 0); }

TEST(InputSpec, Fills) {
  EXPECT_EQ(parsed("x: 2xf32=@a b.npy").fill, "@a b.npy");
  EXPECT_EQ(parsed("x: 2xf32=rand(7)").fill, "rand(7)");
  EXPECT_EQ(parsed("x: 2xf32=-1.5e3").fill, "-1.5e3");
  InputSpec number = parsed("n: =3");
  EXPECT_FALSE(number.hasShape);
  EXPECT_EQ(number.fill, "3");
  EXPECT_EQ(parsed("flag: =true").fill, "true");
  EXPECT_EQ(parsed("=@x.npy").fill, "@x.npy");
}

TEST(InputSpec, Errors) {
  EXPECT_EQ(errorOf(""),
            "input '': expected a shape such as 1x3x224x224xf32 at "
            "column 1");
  EXPECT_NE(errorOf("x:").find("expected a shape"), std::string::npos);
  EXPECT_NE(errorOf("x: 4xf33").find("found 'f33'"), std::string::npos);
  EXPECT_NE(errorOf("4xbatchxf32").find("batch=1..32"), std::string::npos);
  EXPECT_NE(errorOf("4x").find("expected a size"), std::string::npos);
  EXPECT_NE(errorOf("4xx4xf32").find("column 3"), std::string::npos);
  EXPECT_NE(errorOf("4,4").find("found ',4'"), std::string::npos);
  EXPECT_NE(errorOf("-1xf32").find("expected a size"), std::string::npos);
  EXPECT_NE(errorOf("8..4xf32").find("8..4 ends before it starts"),
            std::string::npos);
  EXPECT_NE(errorOf("8..20:8xf32").find("no multiples"), std::string::npos);
  EXPECT_NE(errorOf("7..?:8xf32").find("no multiples"), std::string::npos);
  EXPECT_NE(errorOf("0..8:0xf32").find("a step is 1 or more"),
            std::string::npos);
  EXPECT_NE(errorOf("n=8:8xf32").find("a step needs a range"),
            std::string::npos);
  EXPECT_NE(errorOf("99999999999999999999xf32").find("too large"),
            std::string::npos);
  EXPECT_NE(errorOf("4xf32x4").find("found"), std::string::npos);
  EXPECT_NE(errorOf("4xf32=").find("expected a value"), std::string::npos);
  EXPECT_NE(errorOf("4xf32=rand()").find("expected a value"),
            std::string::npos);
  EXPECT_NE(errorOf("4xf32=@").find("expected a value"), std::string::npos);
  EXPECT_NE(errorOf("4xf32=1x").find("expected a value"), std::string::npos);
}

TEST(InputSpec, SharedSymbols) {
  std::vector<InputSpec> inputs = {
      parsed("a: n=?x4xf32"), parsed("b: n=1..8xf32"), parsed("c: n=?xf32")};
  std::string error;
  ASSERT_TRUE(unifySymbols(inputs, error)) << error;
  for (const InputSpec &input : inputs)
    EXPECT_EQ(toText(input.dims[0]), "n=1..8");

  inputs.push_back(parsed("d: n=1..9xf32"));
  EXPECT_FALSE(unifySymbols(inputs, error));
  EXPECT_EQ(error,
            "the symbol 'n' is given as n=1..8 and as n=1..9, expected one "
            "range");
}

} // namespace
