// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runtime links and exports, read from its files.
#include "test/runtime/Support.h"

#include <sstream>

using namespace lcompile::test;

namespace {
const std::string libraries = TEST_LIBRARY_FOLDER;
const std::string runtime = libraries + "/liblcompile-runtime.so";

std::vector<std::string> lines(const std::string &command) {
  std::istringstream stream(shell(command).output);
  std::vector<std::string> result;
  for (std::string line; std::getline(stream, line);)
    result.push_back(line);
  return result;
}
} // namespace

TEST(Linkage, RuntimeNeedsOnlyLibc) {
  for (const std::string &line :
       lines("readelf -dW " + runtime + " | grep NEEDED"))
    EXPECT_TRUE(line.find("libc.so.6") != std::string::npos ||
                line.find("libm.so.6") != std::string::npos ||
                line.find("ld-linux") != std::string::npos)
        << line;
}

TEST(Linkage, RuntimeExportsOnlyItsApi) {
  size_t count = 0;
  for (const std::string &line : lines("nm -D --defined-only " + runtime +
                                       " | awk '$2 != \"A\" {print "
                                       "$3}'")) {
    EXPECT_EQ(line.substr(0, 3), "lc_") << line;
    ++count;
  }
  EXPECT_GT(count, 20u);
}

TEST(Linkage, ModelExportsOnlyItsApi) {
  for (const std::string &line :
       lines("nm -D --defined-only " TEST_MODEL_SO " | awk '{print $3}'"))
    EXPECT_TRUE(line == "lc_executable_query" || line.rfind("lcm_", 0) == 0 ||
                line.rfind("lc_dtype_", 0) == 0)
        << line;
  for (const std::string &line :
       lines("readelf -dW " TEST_MODEL_SO " | grep NEEDED"))
    EXPECT_TRUE(line.find("libc.so") != std::string::npos ||
                line.find("libm.so") != std::string::npos ||
                line.find("libgomp.so") != std::string::npos ||
                line.find("libdnnl.so") != std::string::npos)
        << line;
}

TEST(Linkage, ArchivesNeedNoCxxLibrary) {
  for (const char *name : {"artefact", "artefact_onednn", "launcher"}) {
    std::string archive = libraries + "/liblcompile_" + name + ".a";
    for (const std::string &line :
         lines("nm -u " + archive + " | grep ' U '")) {
      std::string symbol = line.substr(line.find(" U ") + 3);
      // libstdc++, its ABI library, unwinding, guards of static variables.
      EXPECT_TRUE(symbol.rfind("_ZN8lcompile", 0) == 0 ||
                  symbol.rfind("_ZNK8lcompile", 0) == 0 ||
                  symbol.rfind("_Z", 0) != 0)
          << archive << " " << symbol;
      EXPECT_NE(symbol.rfind("__cxa", 0), 0u) << archive << " " << symbol;
      EXPECT_NE(symbol.rfind("_Unwind", 0), 0u) << archive << " " << symbol;
      EXPECT_NE(symbol.rfind("__gxx", 0), 0u) << archive << " " << symbol;
      EXPECT_NE(symbol.rfind("__kmpc", 0), 0u) << archive << " " << symbol;
      EXPECT_NE(symbol, "atexit") << archive;
    }
    EXPECT_TRUE(lines("readelf -SW " + archive + " | grep init_array").empty())
        << archive << " has static constructors";
  }
}
