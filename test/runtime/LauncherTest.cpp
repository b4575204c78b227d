// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Executables and lcompile-run, as users run them.
#include "test/runtime/Support.h"

#include "runtime/launcher/Npy.h"

#include <filesystem>

using namespace lcompile::test;
using namespace lcompile::rt;

namespace {
/// The same command line for both programs.
class Launcher : public ::testing::TestWithParam<const char *> {
protected:
  Outcome run(const std::string &arguments) {
    std::string program = std::string(GetParam()) == "executable"
                              ? programPath()
                              : TEST_RUN_TOOL " " + modelPath();
    return shell("cd " + folder() + " && " + program + " " + arguments);
  }
  void write(const char *name, lc_tensor_t tensor) {
    ErrorBuffer error;
    ASSERT_EQ(writeNpy((folder() + "/" + name).c_str(), tensor, error), LC_OK)
        << error.text;
  }
  bool exists(const char *name) {
    return std::filesystem::exists(folder() + "/" + name);
  }
};
bool contains(const Outcome &outcome, const char *text) {
  return outcome.output.find(text) != std::string::npos;
}
} // namespace

INSTANTIATE_TEST_SUITE_P(Programs, Launcher,
                         ::testing::Values("executable", "lcompile-run"),
                         [](const auto &info) {
                           return std::string(info.param) == "executable"
                                      ? "Executable"
                                      : "Tool";
                         });

TEST_P(Launcher, ReadsAndWritesArrays) {
  Floats x({5, 16}), y({5, 24});
  std::vector<double> expected = referenceMlp(x);
  for (size_t i = 0; i < expected.size(); ++i)
    y.data[i] = float(expected[i]);
  write("x.npy", x.view());
  write("ref.npy", y.view());
  Outcome good =
      run("--input x=@x.npy --output y.npy --expect y=@ref.npy --rtol 1e-5");
  EXPECT_EQ(good.code, 0) << good.output;
  EXPECT_TRUE(contains(good, "y: matches: largest error")) << good.output;
  Array array = {};
  ErrorBuffer error;
  ASSERT_EQ(readNpy((folder() + "/y.npy").c_str(), array, error), LC_OK);
  EXPECT_EQ(array.dims[0], 5);
  expectClose(reinterpret_cast<float *>(array.block.data), expected, 2e-5);
  release(array.block);

  y.data[7] += 1;
  write("ref.npy", y.view());
  Outcome bad = run("--input x=@x.npy --expect y=@ref.npy");
  EXPECT_EQ(bad.code, 1);
  EXPECT_TRUE(contains(bad, "y: DIFFERS: largest error 1 ")) << bad.output;
  EXPECT_TRUE(contains(bad, " at 7: expected ")) << bad.output;
}

TEST_P(Launcher, GeneratesInputs) {
  Outcome a = run("--dim batch=3 --input 'x=rand(7)'");
  EXPECT_EQ(a.code, 0) << a.output;
  EXPECT_TRUE(contains(a, "y: 3x24xf32, min ")) << a.output;
  EXPECT_EQ(run("--input 'x: 3x16=rand(7)'").output, a.output);
  EXPECT_NE(run("--input 'x: 3x16=rand(8)'").output, a.output);
  Outcome zero = run("--input 'x: ?x16xf32=0'");
  EXPECT_TRUE(contains(zero, "y: 1x24xf32")) << zero.output;
  Outcome pair = run("--function pair --dim seq=16");
  EXPECT_TRUE(contains(pair, "b1: 1x32xf32")) << pair.output;
  EXPECT_TRUE(contains(pair, "y: 1x33xf32, min 0, mean 0, max 0"))
      << pair.output;
  Outcome index =
      run("--function gather --dim count=20 --input 'i=rand(1,3,5)'");
  EXPECT_TRUE(contains(index, "y: 20xf32, min 30, ")) << index.output;
  EXPECT_TRUE(contains(index, "max 40\n")) << index.output;
}

TEST_P(Launcher, RefusesWithReasons) {
  Floats x({5, 4});
  write("bad.npy", x.view());
  struct {
    const char *arguments, *message;
  } cases[] = {
      {"--inptu x=0", "unknown option '--inptu'; did you mean '--input'?"},
      {"--input z=0", "no input 'z'; did you mean 'x'?"},
      {"--input x=0 --input x=1", "input 'x' is given twice"},
      {"--input x=@bad.npy",
       "input 'x': expected dimension 1 to be 16, found 4"},
      {"--input x=@missing.npy", "cannot open 'missing.npy'"},
      {"--input x=abc", "bad value"},
      {"--input 'x: 4xx=1'", "bad shape"},
      {"--dim batch=0", "--dim: batch = 0 is outside 1..4096"},
      {"--dim bach=3", "no dynamic size 'bach'; did you mean 'batch'?"},
      {"--dim batch=3 --input 'x: 4x16=0'",
       "input 'x': dimension 0: batch = 4, but another input or --dim says 3"},
      {"--function update --dim n=3", "has no dynamic sizes"},
      {"--function nothing", "no function 'nothing'; there are 'mlp'"},
      {"--output z=y.npy", "no output 'z'; did you mean 'y'?"},
      {"--threads many", "--threads: expected a number"},
      {"--rtol", "--rtol expects a value: X"},
      {"--info=3", "--info takes no value"},
      {"x.npy", "unexpected argument 'x.npy'"},
      {"--output /nothing/y.npy", "cannot write '/nothing/y.npy'"},
      {"--expect y=@bad.npy", "output 'y': expected 5x4xf32, found 1x24xf32"},
      {"--function gather --dim count=1 --input i=10",
       "emb.py:7 aten.embedding: index out of range at position 0"},
      {"--weights w.weights", "are embedded"},
  };
  for (const auto &[arguments, message] : cases) {
    Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 1) << arguments;
    EXPECT_TRUE(contains(outcome, ": error: ")) << outcome.output;
    EXPECT_TRUE(contains(outcome, message)) << arguments << "\n"
                                            << outcome.output;
  }
}

TEST_P(Launcher, HelpFitsAScreen) {
  Outcome help = run("--help");
  EXPECT_EQ(help.code, 0);
  EXPECT_LE(std::count(help.output.begin(), help.output.end(), '\n'), 24);
  EXPECT_TRUE(contains(help, "--benchmark[=N]"));
}

TEST_P(Launcher, InfoBenchmarkProfile) {
  Outcome info = run("--info");
  EXPECT_EQ(info.code, 0);
  EXPECT_TRUE(contains(info, "input   b: batchx2*seqxf32")) << info.output;
  EXPECT_TRUE(contains(info, "size    seq: 8..512, multiples of 8"));
  EXPECT_TRUE(contains(info, "output  s_new: 4xf32 (updates 's' in place)"));
  Outcome bench = run("--benchmark=10 --threads 1");
  EXPECT_EQ(bench.code, 0);
  EXPECT_TRUE(contains(bench, "benchmark: 10 runs, 1 thread\n"))
      << bench.output;
  EXPECT_TRUE(contains(bench, "processor min "));
  EXPECT_EQ(run("--profile trace2.json").code, 0);
  EXPECT_TRUE(exists("trace2.json"));
}

TEST(Executable, RefusesDamage) {
  Bytes bytes = readFile(programPath());
  std::string path = folder() + "/damaged";
  // In the weights: the program would start, and compute something else.
  float needle[] = {weight(0), weight(1), weight(2), weight(3)};
  auto *raw = reinterpret_cast<uint8_t *>(needle);
  auto at = std::search(bytes.begin(), bytes.end(), raw, raw + sizeof needle);
  ASSERT_NE(at, bytes.end());
  *at ^= 1;
  writeFile(path, bytes);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  Outcome outcome = shell(path);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome, "is corrupted: its digest does not match"));
}

TEST(Tool, RefusesWhatIsNoArtefact) {
  Outcome none = shell(TEST_RUN_TOOL);
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(contains(none, "no artefact given"));
  Outcome help = shell(TEST_RUN_TOOL " --help");
  EXPECT_EQ(help.code, 0);
  Outcome missing = shell(TEST_RUN_TOOL " nothing.so");
  EXPECT_EQ(missing.code, 1);
  EXPECT_TRUE(contains(missing, "cannot open 'nothing.so'"));
}
