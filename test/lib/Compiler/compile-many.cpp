// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs the command line of lcompile many times, each in a process of its own
// that starts as a copy of this one: a test of a thousand files without a
// thousand starts. Reads a JSON array of arguments a line; writes {"code",
// "signal", "stderr"} a line.
#include "lib/Compiler/CommandLine.h"

#include "llvm/Support/JSON.h"
#include <cstdio>
#include <iostream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

/// A compilation that takes longer than this hangs.
static constexpr unsigned secondsEach = 30;
static constexpr size_t largestMessage = 1 << 20;

static int child(const std::vector<std::string> &arguments, int pipe) {
  ::dup2(pipe, STDERR_FILENO);
  ::close(pipe);
  if (!std::freopen("/dev/null", "w", stdout))
    return 3;
  rlimit limit = {secondsEach, secondsEach};
  ::setrlimit(RLIMIT_CPU, &limit);
  ::alarm(2 * secondsEach);
  std::vector<char *> argv = {const_cast<char *>("lcompile")};
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  return lcompile::runCommandLine(int(argv.size()) - 1, argv.data());
}

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    auto arguments = llvm::json::parse<std::vector<std::string>>(line);
    if (!arguments)
      return 3;
    int ends[2];
    if (::pipe(ends))
      return 3;
    pid_t pid = ::fork();
    if (pid == 0) {
      ::close(ends[0]);
      ::_exit(child(*arguments, ends[1]));
    }
    ::close(ends[1]);
    std::string message;
    char buffer[4096];
    for (ssize_t n; (n = ::read(ends[0], buffer, sizeof(buffer))) > 0;)
      if (message.size() < largestMessage)
        message.append(buffer, n);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    llvm::json::Object result{
        {"code", WIFEXITED(status) ? WEXITSTATUS(status) : -1},
        {"signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0},
        {"stderr", llvm::json::fixUTF8(message)}};
    llvm::outs() << llvm::json::Value(std::move(result)) << "\n";
    llvm::outs().flush();
  }
  return 0;
}
