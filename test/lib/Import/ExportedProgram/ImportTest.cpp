// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Programs: signatures, symbols, writes, assertions, locations and their
// errors.
#include "TestArchive.h"

#include "llvm/ADT/StringRef.h"
#include <gtest/gtest.h>

using namespace lcompile::import;
using namespace lcompile::import::test;

static void expectIn(llvm::StringRef part, llvm::StringRef text) {
  EXPECT_TRUE(text.contains(part))
      << "expected: " << part.str() << "\nfound: " << text.str();
}

static const std::string s0 = "Symbol('s0', positive=True, integer=True)";
static const std::string s0Range = R"({"s0": {"min_val": 1, "max_val": 32}})";

TEST(Import, BuildsAFunction) {
  Imported result = importProgram(TestProgram());
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.coverage.operators, 2u);
  expectIn(
      R"(@forward(%arg0: tensor<3xf32> {lc.name = "x"}) -> (tensor<3xf32> )"
      R"({lc.name = "output"}))",
      result.module);
  expectIn(R"(lc.parameter "m.w" : tensor<3xf32>)", result.module);
}

TEST(Import, MakesTensorsInputsWithoutAnArchive) {
  mlir::MLIRContext ctx;
  Coverage coverage;
  std::string error, text;
  auto module = importGraphJson(TestProgram().json(), &ctx, coverage, error);
  ASSERT_TRUE(module) << error;
  llvm::raw_string_ostream(text) << *module;
  expectIn(
      R"(%arg0: tensor<3xf32> {lc.name = "m.w"}, %arg1: tensor<3xf32> {lc.name = "x"})",
      text);
}

TEST(Import, KeepsSymbolsAndRanges) {
  expectIn(R"(#lc.symbol<"s0", 1, 32>)",
           importProgram(TestProgram::dynamic(s0, s0Range)).module);
  expectIn(R"(#lc.symbol<"s0", 2, 9223372036854775807>)",
           importProgram(TestProgram::dynamic(
                             s0, R"({"s0": {"min_val": 2, "max_val": null}})"))
               .module);
  // Ranges of expressions narrow their symbols.
  Imported derived = importProgram(TestProgram::dynamic(
      "Mul(Integer(4), " + s0 + ")",
      R"({"s0": {"min_val": 1, "max_val": 100}, "4*s0": {"min_val": 5, "max_val": 64}})"));
  expectIn("#lc.dims<s0 * 4>", derived.module);
  expectIn(R"(#lc.symbol<"s0", 2, 16>)", derived.module);
  // A symbol with one value is no symbol.
  Imported fixed = importProgram(
      TestProgram::dynamic(s0, R"({"s0": {"min_val": 4, "max_val": 4}})"));
  expectIn("tensor<4xf32>", fixed.module);
  expectIn("exceeds the largest",
           importProgram(TestProgram::dynamic(
                             s0, R"({"s0": {"min_val": 9, "max_val": 4}})"))
               .error);
}

TEST(Import, NarrowsInputs) {
  TestProgram program = TestProgram::dynamic(s0, s0Range);
  auto with = [&](const char *text) {
    return importProgram(program, {{{"x", text}}});
  };
  expectIn("tensor<4xf32>", with("4xf32").module);
  expectIn(R"(#lc.symbol<"batch", 2, 16>)", with("batch=2..16").module);
  expectIn(R"(#lc.symbol<"s0", 8, 32, 8>)", with("8..32:8").module);
  expectIn(R"(#lc.symbol<"s0", 1, 32>)", with("?").module);
  expectIn("the program was exported for s0 in 1..32", with("1..64").error);
  expectIn("its elements are float32", with("4xf16").error);
  expectIn("it has 1 dimensions", with("4x4").error);
  expectIn("the program has no such input; its inputs are: x",
           importProgram(program, {{{"y", "4"}}}).error);
  expectIn("the program was exported for the size 3 only",
           importProgram(TestProgram(), {{{"x", "4"}}}).error);
}

TEST(Import, TakesSizesFromTheArchive) {
  TestProgram program = TestProgram::dynamic(s0, s0Range);
  std::string expr = "Add(" + s0 + ", Integer(1))";
  program.symInts =
      R"({"n": {"as_expr": {"expr_str": ")" + expr + R"(", "hint": null}}})";
  program.nodes =
      list({node("_operator.add", {input("a", R"({"as_int": 1})")},
                 {R"({"as_sym_int": {"as_name": "n"}})"}),
            node("torch.ops.aten.add.Tensor",
                 {input("self", tensor("x")),
                  input("other", R"({"as_sym_int": {"as_name": "n"}})")},
                 {tensor("mul")})});
  Imported result = importProgram(program);
  EXPECT_EQ(result.error, "");
  expectIn("lc.size #", result.module);
  EXPECT_EQ(result.coverage.operators, 2u);
}

TEST(Import, ReturnsWhatWritesToInputsLeaveThere) {
  TestProgram program;
  program.nodes =
      node("torch.ops.aten.add_.Tensor",
           {input("self", tensor("x")), input("other", tensor("p_w"))},
           {tensor("mul")});
  Imported result = importProgram(program);
  EXPECT_EQ(result.error, "");
  expectIn(R"(lc.alias = 0 : i64, lc.name = "x")", result.module);
}

TEST(Import, RefusesWritesToWeights) {
  TestProgram program;
  program.nodes =
      node("torch.ops.aten.add_.Tensor",
           {input("self", tensor("p_w")), input("other", tensor("x"))},
           {tensor("mul")});
  Imported result = importProgram(program);
  ASSERT_EQ(result.coverage.issues.size(), 1u);
  expectIn("writes into parameter 'm.w'", result.coverage.issues[0].reason);
  // Through a view as well.
  program.nodes =
      list({node("torch.ops.aten.alias.default", {input("self", tensor("p_w"))},
                 {tensor("add")}),
            node("torch.ops.aten.add_.Tensor",
                 {input("self", tensor("add")), input("other", tensor("x"))},
                 {tensor("mul")})});
  result = importProgram(program);
  ASSERT_FALSE(result.coverage.issues.empty());
  expectIn("writes into parameter 'm.w'", result.coverage.issues[0].reason);
}

TEST(Import, DropsCountersThatNobodyReads) {
  TestProgram program;
  program.nodes = list(
      {node("torch.ops.aten.add_.Tensor",
            {input("self", tensor("p_w")), input("other", R"({"as_int": 1})")},
            {tensor("add")}),
       node("torch.ops.aten.mul.Tensor",
            {input("self", tensor("x")), input("other", R"({"as_int": 2})")},
            {tensor("mul")})});
  Imported result = importProgram(program);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.module.find("lc.parameter"), std::string::npos);
}

TEST(Import, DecidesAssertionsByRanges) {
  TestProgram program = TestProgram::dynamic(s0, s0Range);
  std::string mul = program.nodes;
  auto with = [&](const std::string &relation) {
    program.symBools = R"({"b": {"as_expr": {"expr_str": ")" + relation +
                       R"(", "hint": null}}})";
    std::string name = R"({"as_sym_bool": {"as_name": "b"}})";
    program.nodes = list(
        {node("_operator.le",
              {input("a", R"({"as_int": 1})"), input("b", R"({"as_int": 1})")},
              {name}),
         node("torch.ops.aten._assert_scalar.default", {input("self", name)},
              {}),
         mul});
    return importProgram(program);
  };
  EXPECT_NE(with("LessThan(" + s0 + ", Integer(32))").module, "");
  Imported never = with("LessThan(" + s0 + ", Integer(0))");
  ASSERT_EQ(never.coverage.issues.size(), 1u);
  EXPECT_EQ(never.coverage.issues[0].reason, "the assertion never holds");
}

TEST(Import, LocatesOperators) {
  TestProgram program;
  program.nodes = node(
      "torch.ops.aten.unheard_of.default", {input("self", tensor("x"))},
      {tensor("mul")},
      R"({"stack_trace": "File \"/m/model.py\", line 3, in forward\n    a\n  File )"
      R"(\"/m/block.py\", line 17, in forward\n    b\n  File )"
      R"(\"/v/site-packages/torch/nn/f.py\", line 99, in relu\n    c\n  File )"
      R"(\"<eval_with_key>.1\", line 5, in forward", )"
      R"("nn_module_stack": "L__self__,,M;L__self__enc@1,enc.layer.3,m.Block"})");
  Imported result = importProgram(program);
  ASSERT_EQ(result.coverage.issues.size(), 1u);
  const Issue &issue = result.coverage.issues[0];
  EXPECT_EQ(issue.where.file, "/m/block.py");
  EXPECT_EQ(issue.where.line, 17u);
  EXPECT_EQ(issue.where.module, "enc.layer.3");
  EXPECT_EQ(issue.where.op, "aten.unheard_of");
  EXPECT_EQ(issue.schema, "aten::unheard_of");
}

TEST(Import, ComparesResultsWithTheArchive) {
  TestProgram program;
  program.tensors = "\"p_w\": " + meta(R"({"as_int": 3})") +
                    ", \"x\": " + meta(R"({"as_int": 3})") +
                    ", \"mul\": " + meta(R"({"as_int": 4})");
  Imported result = importProgram(program);
  ASSERT_EQ(result.coverage.issues.size(), 1u);
  expectIn("the archive states sizes [4] of float32",
           result.coverage.issues[0].reason);
}

TEST(Import, NamesOutputsByTheirTree) {
  TestProgram program;
  program.outputs =
      list({tensor("mul"), R"({"as_none": true})", tensor("add")});
  program.outputSpecs =
      R"({"user_output": {"arg": {"as_tensor": {"name": "mul"}}}},
    {"user_output": {"arg": {"as_none": true}}},
    {"user_output": {"arg": {"as_tensor": {"name": "add"}}}})";
  Imported plain = importProgram(program);
  expectIn(R"(lc.name = "output0")", plain.module);
  expectIn(R"(lc.name = "output2")", plain.module);
  std::string text = program.json();
  const std::string leaf =
      R"({\"type\": null, \"context\": null, \"children_spec\": []})";
  std::string tree =
      R"([{"fqn": "", "signature": {"out_spec": "[1, {\"type\": )"
      R"(\"builtins.dict\", \"context\": \"[\\\"logits\\\", \\\"none\\\", )"
      R"(\\\"hidden\\\"]\", \"children_spec\": [)" +
      leaf + ", " + leaf + ", " + leaf + R"(]}]"}}])";
  text.replace(text.find("\"module_call_graph\": []") + 21, 2, tree);
  mlir::MLIRContext ctx;
  Coverage coverage;
  std::string error, printed;
  auto module = importGraphJson(text, &ctx, coverage, error);
  ASSERT_TRUE(module) << error;
  llvm::raw_string_ostream(printed) << *module;
  expectIn(R"(lc.name = "logits")", printed);
  expectIn(R"(lc.name = "hidden")", printed);
}

TEST(Import, LocatesErrors) {
  auto errorOf = [](auto change) {
    TestProgram program;
    change(program);
    std::string error = importProgram(program).error;
    return error.substr(error.find(": ") + 2); // behind the path
  };
  EXPECT_EQ(
      errorOf([](TestProgram &p) {
        p.nodes = node("torch.ops.aten.relu.default",
                       {input("self", tensor("foo"))}, {tensor("mul")});
      }),
      "models/model.json: node 0 (aten.relu.default): argument 'self': unknown "
      "value 'foo'");
  EXPECT_EQ(
      errorOf([](TestProgram &p) { p.nodes += ", " + p.nodes; }),
      "models/model.json: node 2 (aten.add.Tensor): the value 'add' is defined "
      "twice");
  EXPECT_EQ(
      errorOf([](TestProgram &p) {
        p.nodes = node("torch.ops.aten.relu.default",
                       {input("self", tensor("mul"))}, {tensor("mul")});
      }),
      "models/model.json: node 0 (aten.relu.default): argument 'self': unknown "
      "value 'mul'");
  expectIn("schema version 5.1", errorOf([](TestProgram &p) {
             p.version = R"({"major": 5, "minor": 1})";
           }));
  expectIn("use a newer lcompile", errorOf([](TestProgram &p) {
             p.version = R"({"major": 9, "minor": 0})";
           }));
  expectIn("expected an integer for 'major'", errorOf([](TestProgram &p) {
             p.version = R"({"major": "8", "minor": 0})";
           }));
  expectIn("the signature calls the input 'x' and the graph calls it 'y'",
           errorOf([](TestProgram &p) {
             p.inputs = list({tensor("p_w"), tensor("y")});
           }));
  expectIn("data/weights/model_weights_config.json: 'm.w': entry "
           "'data/weights/../secret' is missing",
           errorOf([](TestProgram &p) { p.weightPath = "../secret"; }));
  expectIn("tensors of complex64 are not supported",
           errorOf([](TestProgram &p) {
             p.weightMeta = meta(R"({"as_int": 3})", 10);
           }));
  expectIn("values are nested more than 400 deep", errorOf([](TestProgram &p) {
             p.symInts = std::string(100000, '[');
           }));
  expectIn("not valid JSON",
           errorOf([](TestProgram &p) { p.symInts = "{,}"; }));
  expectIn("its size -1 is out of range", errorOf([](TestProgram &p) {
             p.tensors = "\"x\": " + meta(R"({"as_int": -1})");
           }));
}
