// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command line of lcompile.
#include "lib/Compiler/CommandLine.h"

#include "lib/Compiler/Report.h"
#include "lib/Compiler/Session.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace llvm::opt;

namespace lcompile {
namespace {

enum ID {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "lib/Compiler/Options.inc"
#undef OPTION
};

#define OPTTABLE_STR_TABLE_CODE
#include "lib/Compiler/Options.inc"
#undef OPTTABLE_STR_TABLE_CODE
#define OPTTABLE_PREFIXES_TABLE_CODE
#include "lib/Compiler/Options.inc"
#undef OPTTABLE_PREFIXES_TABLE_CODE

constexpr OptTable::Info optionInfos[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include "lib/Compiler/Options.inc"
#undef OPTION
};

struct LcompileOptions : GenericOptTable {
  LcompileOptions()
      : GenericOptTable(OptionStrTable, OptionPrefixesTable, optionInfos) {}
};

int fail(const Twine &text) {
  errs() << "lcompile: error: " << text << "\n";
  return 1;
}

std::string defaultOutput(StringRef input, StringRef emit) {
  std::string stem = sys::path::stem(input).str();
  if (emit == "so")
    return stem + ".so";
  if (emit == "obj")
    return stem + ".o";
  return emit == "exe" ? stem : "-";
}

/// "x: 1x3xf32" -> name and shape; without a name: by position.
std::pair<std::string, std::string> splitInput(StringRef text) {
  auto [name, spec] = text.split(':');
  if (text.find(':') == StringRef::npos)
    return {"", text.trim().str()};
  return {name.trim().str(), spec.trim().str()};
}

Error textError(const Twine &text) {
  return createStringError(inconvertibleErrorCode(), text);
}

/// What is wrong with the options as such is said in a line of its own for
/// each.
Error parse(const LcompileOptions &table, ArrayRef<const char *> arguments,
            InputArgList &args) {
  unsigned missingIndex = 0, missingCount = 0;
  args = table.ParseArgs(arguments, missingIndex, missingCount);
  std::string text;
  if (missingCount)
    text = "'" + std::string(args.getArgString(missingIndex)) +
           "' expects a value";
  for (const Arg *arg : args.filtered(OPT_UNKNOWN)) {
    std::string nearest, name = arg->getAsString(args);
    text += (text.empty() ? "" : "\n") + ("unknown option '" + name + "'");
    if (table.findNearest(name, nearest) < 4)
      text += ", did you mean '" + nearest + "'?";
  }
  return text.empty() ? Error::success() : textError(text);
}

Error readOptions(const InputArgList &args, CompileOptions &options) {
  options.emit = args.getLastArgValue(OPT_emit, options.emit).str();
  static const StringRef kinds[] = {"so", "exe", "obj", "lc", "llvm", "plan"};
  if (!options.emit.empty() && !is_contained(kinds, options.emit))
    return textError("unknown kind '" + options.emit + "', expected one of " +
                     join(ArrayRef<StringRef>(kinds), ", "));
  options.cpu = args.getLastArgValue(OPT_cpu, "native").str();
  options.kernels = args.getLastArgValue(OPT_kernels, "onednn").str();
  if (options.kernels != "onednn" && options.kernels != "native")
    return textError("expected onednn or native for --kernels, found '" +
                     options.kernels + "'");
  if (args.getLastArgValue(OPT_threads, "0")
          .getAsInteger(10, options.threads) ||
      options.threads < 0)
    return textError("expected a number for --threads, found '" +
                     args.getLastArgValue(OPT_threads) + "'");
  if (args.getLastArgValue(OPT_embed_weights, "67108864")
          .getAsInteger(10, options.embedLimit))
    return textError("expected a number for --embed-weights");
  options.startFrom = args.getLastArgValue(OPT_start_from).str();
  options.stopAfter = args.getLastArgValue(OPT_stop_after).str();
  options.dumpFolder = args.getLastArgValue(OPT_dump_phases).str();
  for (const std::string &text : args.getAllArgValues(OPT_input))
    options.inputs.push_back(splitInput(text));
  if (!options.stopAfter.empty() && !args.hasArg(OPT_emit))
    options.emit = "lc";
  return Error::success();
}

int compile(const CompileOptions &options, StringRef input, std::string output,
            bool check, bool verbose) {
  Session session(options);
  if (Error error = session.import(input))
    return fail(toString(std::move(error)));
  if (check) {
    printCoverage(outs(), session.coverage());
    return session.coverage().issues.empty() ? 0 : 1;
  }
  if (!session.coverage().issues.empty()) {
    printIssues(errs(), session.coverage());
    return 1;
  }
  if (Error error = session.runPipeline())
    return fail(toString(std::move(error)));
  if (Error error = session.write(output))
    return fail(toString(std::move(error)));
  if (verbose)
    for (const PhaseReport &phase : session.phases())
      errs() << format("%-12s %8.3f s %8zu operations %8.0f MiB peak\n",
                       phase.name.c_str(), phase.cpuSeconds, phase.operations,
                       phase.peakMiB);
  return 0;
}

} // namespace

Error parseOptions(ArrayRef<const char *> arguments, CompileOptions &options) {
  LcompileOptions table;
  InputArgList args;
  if (Error error = parse(table, arguments, args))
    return error;
  for (const Arg *arg : args)
    if (arg->getOption().matches(OPT_INPUT) || arg->getOption().matches(OPT_o))
      return textError("expected options alone, found '" +
                       arg->getAsString(args) + "'");
  return readOptions(args, options);
}

int runCommandLine(int argc, char **argv) {
  LcompileOptions table;
  InputArgList args;
  if (Error error = parse(table, {argv + 1, argv + argc}, args))
    return fail(toString(std::move(error)));
  if (args.hasArg(OPT_help) || args.hasArg(OPT_help_all)) {
    table.printHelp(outs(), "lcompile [options] MODEL.pt2|MODEL.pt",
                    "lcompile: compiles PyTorch models to native code",
                    /*ShowHidden=*/args.hasArg(OPT_help_all));
    return 0;
  }
  if (args.hasArg(OPT_version)) {
    outs() << versionText() << "\n";
    return 0;
  }
  std::vector<std::string> files = args.getAllArgValues(OPT_INPUT);
  if (files.size() != 1)
    return fail(files.empty()
                    ? Twine("expected a model; see --help")
                    : "expected one model, found " + Twine(files.size()));

  CompileOptions options;
  std::string output = args.getLastArgValue(OPT_o).str();
  options.emit = output.empty() ? "so" : kindOfOutput(output).str();
  if (Error error = readOptions(args, options))
    return fail(toString(std::move(error)));
  if (output.empty())
    output = defaultOutput(files[0], options.emit);
  return compile(options, files[0], output, args.hasArg(OPT_check),
                 args.hasArg(OPT_v));
}

} // namespace lcompile
