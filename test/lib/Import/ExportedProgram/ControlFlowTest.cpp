// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Higher-order operators: branches, loops, wrappers, and what is refused.
#include "TestArchive.h"

#include "llvm/ADT/StringRef.h"
#include <gtest/gtest.h>

using namespace lcompile::import;
using namespace lcompile::import::test;

namespace {
const std::string three = R"({"as_int": 3})";

std::string graph(std::vector<std::string> inputs, std::string nodes,
                  std::string output, int dtype = 7, std::string size = three) {
  std::string in, tensors = "\"r\": " + meta(size, dtype);
  for (const std::string &name : inputs)
    in += (in.empty() ? "" : ", ") + tensor(name);
  return R"({"as_graph": {"name": "g", "graph": {"inputs": [)" + in +
         R"(], "outputs": [)" + output + R"(], "nodes": [)" + nodes +
         R"(], "tensor_values": {)" + tensors +
         R"(}, "sym_int_values": {}, "sym_bool_values": {}}}})";
}

std::string unary(llvm::StringRef op, llvm::StringRef from) {
  return node(("torch.ops.aten." + op + ".default").str(),
              {input("self", tensor(from))}, {tensor("r")});
}

/// A program of this one node, whose result is "mul".
Imported importNode(const std::string &target,
                    const std::vector<std::string> &arguments,
                    const std::string &before = "") {
  TestProgram program;
  std::vector<std::string> inputs;
  for (const std::string &argument : arguments)
    inputs.push_back(input("", argument));
  program.nodes = before + node("torch.ops.higher_order." + target, inputs,
                                {tensor("mul")});
  program.tensors +=
      ", \"flag\": " + meta("", 12) + ", \"flags\": " + meta(three, 12);
  return importProgram(program);
}

const std::string flag = node("torch.ops.aten.any.default",
                              {input("self", tensor("x"))}, {tensor("flag")}) +
                         ", ";
const std::string operands = R"({"as_tensors": [{"name": "x"}]})";

void expectIn(llvm::StringRef part, llvm::StringRef text) {
  EXPECT_TRUE(text.contains(part))
      << "expected: " << part.str() << "\nfound: " << text.str();
}
} // namespace

TEST(ControlFlow, Cond) {
  Imported result =
      importNode("cond",
                 {tensor("flag"), graph({"a"}, unary("neg", "a"), tensor("r")),
                  graph({"a"}, unary("relu", "a"), tensor("r")), operands},
                 flag);
  EXPECT_EQ(result.error, "");
  expectIn("scf.if", result.module);
  expectIn("lc.neg", result.module);
  EXPECT_EQ(result.coverage.operators, 3u);
}

TEST(ControlFlow, CondThatIsKnown) {
  Imported result = importNode(
      "cond",
      {R"({"as_bool": true})", graph({"a"}, unary("neg", "a"), tensor("r")),
       graph({"a"}, unary("relu", "a"), tensor("r")), operands});
  EXPECT_EQ(result.error, "");
  expectIn("lc.neg", result.module);
  EXPECT_EQ(result.module.find("scf.if"), std::string::npos);
}

TEST(ControlFlow, WhileLoop) {
  std::string more = node("torch.ops.aten.any.default",
                          {input("self", tensor("a"))}, {tensor("r")});
  Imported result = importNode(
      "while_loop", {graph({"a", "b"}, more, tensor("r"), 12, ""),
                     graph({"a", "b"}, unary("neg", "a"), tensor("r")),
                     operands, R"({"as_tensors": [{"name": "p_w"}]})"});
  EXPECT_EQ(result.error, "");
  expectIn("scf.while", result.module);
}

TEST(ControlFlow, Wrappers) {
  std::string body = graph({"a"}, unary("neg", "a"), tensor("r"));
  expectIn("lc.neg", importNode("wrap_with_set_grad_enabled",
                                {R"({"as_bool": false})", body, tensor("x")})
                         .module);
  expectIn("lc.neg", importNode("invoke_subgraph",
                                {body, R"({"as_string": "g"})", tensor("x")})
                         .module);
  // The archive's element types say where autocast converts.
  std::string product = node(
      "torch.ops.aten.mul.Tensor",
      {input("self", tensor("h")), input("other", tensor("a"))}, {tensor("r")});
  std::string matmul = node(
      "torch.ops.aten.matmul.default",
      {input("self", tensor("a")), input("other", tensor("a"))}, {tensor("r")});
  Imported lower =
      importNode("wrap_with_autocast",
                 {R"({"as_string": "cpu"})", R"({"as_scalar_type": 13})",
                  R"({"as_bool": true})", R"({"as_bool": false})",
                  graph({"a"}, matmul, tensor("r"), 13, ""), tensor("x")});
  // The result is not what the program's own list says of "mul".
  ASSERT_EQ(lower.coverage.issues.size(), 1u);
  expectIn("gives tensor<bf16> for 'mul'", lower.coverage.issues[0].reason);
}

TEST(ControlFlow, Refusals) {
  std::string body = graph({"a"}, unary("neg", "a"), tensor("r"));
  Imported scan = importNode("scan", {body, operands, operands, operands});
  ASSERT_EQ(scan.coverage.issues.size(), 1u);
  EXPECT_EQ(scan.coverage.issues[0].schema, "higher_order::scan");
  expectIn("loops over slices are not supported",
           scan.coverage.issues[0].reason);
  Imported other = importNode("flex_attention", {operands});
  ASSERT_EQ(other.coverage.issues.size(), 1u);
  EXPECT_EQ(other.coverage.issues[0].reason, "no rule for this operator");
}

TEST(ControlFlow, Errors) {
  std::string one = graph({"a"}, unary("neg", "a"), tensor("r"));
  std::string two = graph({"a", "b"}, unary("neg", "a"), tensor("r"));
  std::string pair =
      graph({"a"}, unary("neg", "a"), tensor("r") + ", " + tensor("a"));
  std::string unknown = graph({"a"}, unary("neg", "x"), tensor("r"));
  auto cond = [&](const std::string &yes, const std::string &no) {
    return importNode("cond", {tensor("flag"), yes, no, operands}, flag).error;
  };
  expectIn("node 1 (higher_order.cond): graph 'g': it has 2 inputs and gets 1",
           cond(two, one));
  expectIn("the branches give different numbers of results", cond(pair, one));
  expectIn("expected as_graph, found 'as_int'", cond(three, one));
  // Names of the outer graph mean nothing inside.
  expectIn(
      "graph 'g': node 0 (aten.neg.default): argument 'self': unknown value "
      "'x'",
      cond(one, unknown));
  expectIn(
      "the body gives 2 results for 1 carried values",
      importNode("while_loop", {one, pair, operands, R"({"as_tensors": []})"})
          .error);
  Imported wide = importNode("cond", {tensor("x"), one, one, operands});
  ASSERT_EQ(wide.coverage.issues.size(), 1u);
  expectIn("expected a tensor with one element",
           wide.coverage.issues[0].reason);
}
