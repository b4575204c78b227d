// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arguments: every kind of the schema, and values of the wrong kind.
#include "lib/Import/ExportedProgram/Graph.h"

#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>

using namespace lcompile::import;

namespace {
class ArgumentsTest : public testing::Test {
protected:
  /// The argument as people see it, or the error.
  std::string read(llvm::StringRef text) {
    mlir::MLIRContext ctx;
    Program program(&ctx);
    auto empty = parseJson(R"({"nodes": [], "outputs": []})", program.failure);
    Graph graph(program, Json(empty.get(), program.failure, "graph"));
    graph.define("n", Datum(int64_t(7)));
    graph.define("t", Datum(std::string("tensor t")));
    auto value = parseJson(text, program.failure);
    Datum result =
        graph.argument(Json(value.get(), program.failure, "argument"));
    return program.failure.failed() ? "error: " + program.failure.message()
                                    : result.describe();
  }
};
} // namespace

TEST_F(ArgumentsTest, Scalars) {
  EXPECT_EQ(read(R"({"as_none": true})"), "None");
  EXPECT_EQ(read(R"({"as_int": 9223372036854775807})"), "9223372036854775807");
  EXPECT_EQ(read(R"({"as_float": 0.5})"), "5.000000e-01");
  EXPECT_EQ(read(R"({"as_float": 2})"), "2.000000e+00");
  EXPECT_EQ(read(R"({"as_float": "-Infinity"})"), "-INF");
  EXPECT_EQ(read(R"({"as_float": "NaN"})"), "nan");
  EXPECT_EQ(read(R"({"as_bool": true})"), "True");
  EXPECT_EQ(read(R"({"as_string": "none"})"), "'none'");
  EXPECT_EQ(read(R"({"as_operator": "torch.ops.aten.add"})"),
            "'torch.ops.aten.add'");
}

TEST_F(ArgumentsTest, Lists) {
  EXPECT_EQ(read(R"({"as_ints": [1, -2]})"), "[1, -2]");
  EXPECT_EQ(read(R"({"as_floats": [1.5]})"), "[1.500000e+00]");
  EXPECT_EQ(read(R"({"as_bools": [true, false]})"), "[True, False]");
  EXPECT_EQ(read(R"({"as_strings": ["a"]})"), "['a']");
  EXPECT_EQ(read(R"({"as_int_lists": [[1], [2, 3]]})"), "[[1], [2, 3]]");
  EXPECT_EQ(read(R"({"as_float_lists": [[0.5], []]})"), "[[5.000000e-01], []]");
}

TEST_F(ArgumentsTest, Values) {
  EXPECT_EQ(read(R"({"as_tensor": {"name": "t"}})"), "'tensor t'");
  EXPECT_EQ(read(R"({"as_tensors": [{"name": "t"}, {"name": "t"}]})"),
            "['tensor t', 'tensor t']");
  EXPECT_EQ(read(R"({"as_tensors": []})"), "[]");
  EXPECT_EQ(read(R"({"as_nested_tensors": [[{"name": "t"}], []]})"),
            "[['tensor t'], []]");
  EXPECT_EQ(read(R"({"as_optional_tensor": {"as_none": true}})"), "None");
  EXPECT_EQ(read(R"({"as_optional_tensors": [{"as_none": true},
                     {"as_tensor": {"name": "t"}}]})"),
            "[None, 'tensor t']");
  EXPECT_EQ(read(R"({"as_sym_int": {"as_name": "n"}})"), "7");
  EXPECT_EQ(read(R"({"as_sym_ints": [{"as_int": 1}, {"as_name": "n"}]})"),
            "[1, 7]");
  EXPECT_EQ(read(R"({"as_sym_float": {"as_float": 0.5}})"), "5.000000e-01");
  EXPECT_EQ(read(R"({"as_sym_bools": [{"as_bool": true}]})"), "[True]");
}

TEST_F(ArgumentsTest, TypesAndFormats) {
  EXPECT_EQ(read(R"({"as_scalar_type": 13})"), "bf16");
  EXPECT_EQ(read(R"({"as_scalar_type": 1})"), "ui8");
  EXPECT_EQ(read(R"({"as_memory_format": 2})"), "'channels_last'");
  EXPECT_EQ(read(R"({"as_layout": 7})"), "None");
  EXPECT_EQ(read(R"({"as_device": {"type": "cpu", "index": null}})"), "None");
}

TEST_F(ArgumentsTest, Errors) {
  EXPECT_EQ(read(R"({"as_tensor": {"name": "foo"}})"),
            "error: unknown value 'foo'");
  EXPECT_EQ(read(R"({"as_tensor": "t"})"),
            "error: expected an object for 'as_tensor', found a string");
  EXPECT_EQ(read(R"({"as_int": 1.5})"),
            "error: expected an integer for 'as_int', found a number");
  EXPECT_EQ(read(R"({"as_int": 18446744073709551616})"),
            "error: expected an integer for 'as_int', found a number");
  EXPECT_EQ(read(R"({"as_ints": 1})"),
            "error: expected a list for 'as_ints', found a number");
  EXPECT_EQ(read(R"({"as_scalar_type": 77})"),
            "error: element type number 77 is unknown");
  EXPECT_EQ(read(R"({"as_custom_obj": {"name": "o", "class_fqn": "c"}})"),
            "error: arguments of the kind 'as_custom_obj' are not supported");
  EXPECT_EQ(
      read("{}"),
      "error: expected an object with one member for 'argument', found an "
      "object");
  EXPECT_EQ(read("3"), "error: expected an object with one member for "
                       "'argument', found a number");
}
