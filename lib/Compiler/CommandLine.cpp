// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command line of lcompile: what the arguments mean.
#include "lib/Compiler/CommandLine.h"

#include "lib/Compiler/Driver.h"
#include "lib/Compiler/Report.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/CrashRecoveryContext.h"
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

constexpr StringLiteral artefactKinds[] = {"so", "exe", "obj"};
constexpr StringLiteral textKinds[] = {"lc", "llvm", "asm", "plan"};
/// Kinds of targets and roads that are not there yet.
constexpr StringLiteral laterKinds[] = {"linalg", "tpc-c", "sdaa-c"};

std::string defaultOutput(StringRef input, StringRef emit) {
  std::string stem = sys::path::stem(input).str();
  if (emit == "so")
    return stem + ".so";
  if (emit == "obj")
    return stem + ".o";
  return emit == "exe" ? stem : "-";
}

/// What makes a training step, and how it runs on several ranks.
constexpr ID stepOptions[] = {OPT_optimizer,  OPT_group,      OPT_schedule,
                              OPT_accumulate, OPT_parameters, OPT_loss_scale,
                              OPT_seed};
constexpr ID distributionOptions[] = {
    OPT_world,    OPT_zero,      OPT_memory_budget, OPT_bucket,
    OPT_prefetch, OPT_link_rate, OPT_overlap};
/// Stages that begin with what stage train made.
constexpr StringLiteral stagesBehindTrain[] = {"distribute", "optimize",
                                               "partition", "lower"};

/// As a shell wants it.
std::string quoted(StringRef text) {
  if (text.find_first_of(" *?'\"();|&$[]") == StringRef::npos)
    return text.str();
  std::string result = "'";
  for (char c : text)
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// "x: 1x3xf32" -> name and shape; without a name: by position.
std::pair<std::string, std::string> splitInput(StringRef text) {
  auto [name, spec] = text.split(':');
  if (text.find(':') == StringRef::npos)
    return {"", text.trim().str()};
  return {name.trim().str(), spec.trim().str()};
}

/// Says which options do nothing for this input and kind of output.
void warnOfNoEffect(const InputArgList &args, const Job &job) {
  StringRef emit = job.options.emit,
            extension = sys::path::extension(job.input);
  auto none = [&](std::initializer_list<OptSpecifier> options,
                  const Twine &why) {
    for (OptSpecifier option : options)
      if (const Arg *arg = args.getLastArg(option))
        errs() << "lcompile: warning: " << arg->getSpelling().rtrim('=')
               << " has no effect " << why << "\n";
  };
  if (job.check)
    return none({OPT_o, OPT_emit, OPT_cpu, OPT_kernels, OPT_precision, OPT_pack,
                 OPT_threads, OPT_embed_weights, OPT_verify, OPT_report,
                 OPT_profile, OPT_stop_after, OPT_dump_phases},
                "with --check, which compiles nothing");
  if (extension == ".mlir") {
    none({OPT_input}, "for IR, whose inputs have their shapes");
    none({OPT_loss}, "for IR, which has its loss");
  }
  if (is_contained(textKinds, emit)) {
    none({OPT_pack, OPT_threads, OPT_embed_weights}, "with --emit=" + emit);
    if (emit == "lc" && job.options.stopAfter != "lower")
      none({OPT_cpu, OPT_kernels}, "before stage partition");
  }
  if (is_contained(stagesBehindTrain, job.options.startFrom))
    none({OPT_gradients}, "after stage train");
  if (is_contained({"import", "normalize"}, job.options.stopAfter))
    none({OPT_gradients}, "before stage train");
  if (!job.options.optimizer.empty())
    none({OPT_gradients}, "with train, which gives no gradients but uses them");
  if (is_contained({"partition", "lower"}, job.options.startFrom))
    none({OPT_precision}, "after stage optimize");
  if (is_contained({"import", "normalize"}, job.options.stopAfter))
    none({OPT_precision}, "before stage optimize");
  if (job.report.empty())
    none({OPT_profile}, "without --report");
  if (!job.verify)
    none({OPT_python, OPT_rtol}, "without --verify");
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
    else
      text += "; --help-all lists them";
  }
  return text.empty() ? Error::success() : textError(text);
}

Error notFor(const InputArgList &args, ID option, const Twine &expected) {
  return textError("expected " + expected + " for " +
                   args.getLastArg(option)->getSpelling().rtrim('=') +
                   ", found '" + args.getLastArgValue(option) + "'");
}

/// "2GiB", "500MB", "1000": bytes; none for anything else.
std::optional<uint64_t> parseBytes(StringRef text) {
  struct Unit {
    StringLiteral name;
    uint64_t bytes;
  };
  constexpr Unit units[] = {
      {"KiB", 1ull << 10}, {"MiB", 1ull << 20},   {"GiB", 1ull << 30},
      {"TiB", 1ull << 40}, {"KB", 1000},          {"MB", 1000000},
      {"GB", 1000000000},  {"TB", 1000000000000}, {"B", 1}};
  uint64_t scale = 1;
  for (const Unit &unit : units)
    if (text.consume_back(unit.name)) {
      scale = unit.bytes;
      break;
    }
  double number;
  if (text.trim().getAsDouble(number) || !(number > 0) || number * scale > 1e18)
    return std::nullopt;
  return uint64_t(number * scale);
}

/// What makes a training step; most texts are read by lc-training-step.
Error readStep(const InputArgList &args, StepOptions &step) {
  step.groups = join(args.getAllArgValues(OPT_group), ";");
  step.schedule = args.getLastArgValue(OPT_schedule).str();
  step.parameters = args.getLastArgValue(OPT_parameters).str();
  step.lossScale = args.getLastArgValue(OPT_loss_scale).str();
  if (args.getLastArgValue(OPT_accumulate, "1")
          .getAsInteger(10, step.accumulate) ||
      step.accumulate < 1)
    return notFor(args, OPT_accumulate, "a number of batches, 1 or more,");
  if (args.getLastArgValue(OPT_seed, "0").getAsInteger(10, step.seed))
    return notFor(args, OPT_seed, "a number");
  return Error::success();
}

/// How a training step runs on several ranks.
Error readDistribution(const InputArgList &args, Distribution &d) {
  if (args.getLastArgValue(OPT_world, "1").getAsInteger(10, d.world) ||
      d.world < 1 || d.world > 65536)
    return notFor(args, OPT_world, "a number of ranks, 1 or more,");
  StringRef stage = args.getLastArgValue(OPT_zero, "auto");
  if (stage != "auto" &&
      (stage.getAsInteger(10, d.zeroStage) || d.zeroStage > 3))
    return notFor(args, OPT_zero, "a stage, 0 to 3, or auto");
  if (args.hasArg(OPT_zero) && stage == "auto" &&
      !args.hasArg(OPT_memory_budget))
    return textError("--zero=auto chooses by the memory budget: give "
                     "--memory-budget=SIZE");
  StringRef bucket = args.getLastArgValue(OPT_bucket, "1048576");
  if (bucket == "all")
    d.bucketBytes = -1;
  else if (bucket.getAsInteger(10, d.bucketBytes) || d.bucketBytes < 0)
    return notFor(args, OPT_bucket, "a number of bytes or all");
  if (args.getLastArgValue(OPT_prefetch, "1").getAsInteger(10, d.prefetch))
    return notFor(args, OPT_prefetch, "a number of gathers");
  auto rate = parseBytes(args.getLastArgValue(OPT_link_rate, "1GB"));
  if (!rate)
    return notFor(args, OPT_link_rate, "bytes a second (1GB)");
  d.linkRate = *rate;
  StringRef overlap = args.getLastArgValue(OPT_overlap, "on");
  if (overlap != "on" && overlap != "off")
    return notFor(args, OPT_overlap, "on or off");
  d.overlap = overlap == "on";
  return Error::success();
}

/// Those that say how to compile; `options.emit` is the kind without --emit.
Error readOptions(const InputArgList &args, CompileOptions &options) {
  options.emit = args.getLastArgValue(OPT_emit, options.emit).str();
  if (is_contained(laterKinds, options.emit))
    return textError(
        "--emit=" + options.emit +
        " is not there yet: this version has no such target; use one of " +
        join(ArrayRef(artefactKinds), ", ") + ", " +
        join(ArrayRef(textKinds), ", "));
  if (!options.emit.empty() && !is_contained(textKinds, options.emit) &&
      !is_contained(artefactKinds, options.emit))
    return textError("unknown kind '" + options.emit + "', expected one of " +
                     join(ArrayRef(artefactKinds), ", ") + ", " +
                     join(ArrayRef(textKinds), ", "));
  options.cpu = args.getLastArgValue(OPT_cpu, "native").str();
  options.gradients = args.hasArg(OPT_gradients);
  options.loss = args.getLastArgValue(OPT_loss).str();
  options.optimizer = args.getLastArgValue(OPT_optimizer).str();
  if (Error error = readStep(args, options.step))
    return error;
  if (Error error = readDistribution(args, options.distribution))
    return error;
  options.isStageGiven = args.getLastArgValue(OPT_zero, "auto") != "auto";
  if (args.hasArg(OPT_memory_budget)) {
    auto budget = parseBytes(args.getLastArgValue(OPT_memory_budget));
    if (!budget)
      return notFor(args, OPT_memory_budget, "a size (2GiB, 500MB)");
    options.memoryBudget = *budget;
  }
  options.kernels = args.getLastArgValue(OPT_kernels, "onednn").str();
  if (options.kernels != "onednn" && options.kernels != "native")
    return textError("expected onednn or native for --kernels, found '" +
                     options.kernels + "'");
  options.precision = args.getLastArgValue(OPT_precision, "f32").str();
  if (options.precision != "f32" && options.precision != "bf16")
    return textError("expected f32 or bf16 for --precision, found '" +
                     options.precision + "'");
  // What is for a level of processors should not depend on the one that
  // compiles.
  options.pack = args.getLastArgValue(
                         OPT_pack, options.cpu == "native" ? "compile" : "load")
                     .str();
  if (options.pack != "compile" && options.pack != "load")
    return textError("expected compile or load for --pack, found '" +
                     options.pack + "'");
  if (args.getLastArgValue(OPT_threads, "0")
          .getAsInteger(10, options.threads) ||
      options.threads < 0)
    return textError("expected a number for --threads, found '" +
                     args.getLastArgValue(OPT_threads) + "'");
  if (args.getLastArgValue(OPT_embed_weights, "67108864")
          .getAsInteger(10, options.embedLimit))
    return textError("expected a number for --embed-weights, found '" +
                     args.getLastArgValue(OPT_embed_weights) + "'");
  options.startFrom = args.getLastArgValue(OPT_start_from).str();
  options.stopAfter = args.getLastArgValue(OPT_stop_after).str();
  options.dumpFolder = args.getLastArgValue(OPT_dump_phases).str();
  options.fault = args.getLastArgValue(OPT_inject_fault).str();
  for (const std::string &text : args.getAllArgValues(OPT_input))
    options.inputs.push_back(splitInput(text));
  auto replay = [&](ArrayRef<ID> ids, std::string &text) {
    for (ID option : ids)
      for (const Arg *arg : args.filtered(option))
        text += " " + quoted(arg->getAsString(args));
  };
  replay(stepOptions, options.replay.step);
  replay(distributionOptions, options.replay.distribution);
  replay({OPT_gradients, OPT_cpu, OPT_kernels, OPT_precision, OPT_pack,
          OPT_threads, OPT_inject_fault},
         options.replay.rest);
  if (!options.stopAfter.empty()) {
    if (!args.hasArg(OPT_emit))
      options.emit = "lc";
    else if (options.emit != "lc" && options.stopAfter != "lower")
      return textError("--emit=" + options.emit +
                       " needs all stages, but --stop-after=" +
                       options.stopAfter + " leaves some out; use --emit=lc");
  } else if (options.emit == "lc") {
    options.stopAfter = "optimize"; // the last stage with lc operations only
  }
  return Error::success();
}

Error checkTraining(const InputArgList &args, const Job &job, bool isTraining) {
  bool isDump = sys::path::extension(job.input) == ".mlir",
       isStep =
           isDump && is_contained(stagesBehindTrain, job.options.startFrom);
  if (isTraining && !isStep &&
      ((!isDump && !args.hasArg(OPT_loss)) || !args.hasArg(OPT_optimizer)))
    return textError(isDump ? "lcompile train needs --optimizer=TEXT for IR "
                              "before stage distribute; see --help-all"
                            : "lcompile train needs --loss=NAME and "
                              "--optimizer=TEXT; see --help-all");
  auto refuse = [&](ArrayRef<ID> options, const Twine &why) -> Error {
    for (ID option : options)
      if (const Arg *arg = args.getLastArg(option))
        return textError(arg->getSpelling().rtrim('=') + why);
    return Error::success();
  };
  if (isStep)
    return refuse(stepOptions, " has no effect behind stage train");
  if (isTraining)
    return Error::success();
  const char *why = " is for training: lcompile train ...";
  if (Error error = refuse(OPT_loss, why))
    return error;
  if (Error error = refuse(stepOptions, why))
    return error;
  return refuse(distributionOptions, why);
}

Error readJob(const InputArgList &args, Job &job) {
  std::vector<std::string> files = args.getAllArgValues(OPT_INPUT);
  if (files.size() != 1)
    return textError(files.empty()
                         ? Twine("expected a model; see --help")
                         : "expected one model, found " + Twine(files.size()));
  job.input = files[0];
  job.output = args.getLastArgValue(OPT_o).str();
  CompileOptions &options = job.options;
  options.emit = job.output.empty() || job.output == "-"
                     ? "so"
                     : kindOfOutput(job.output).str();
  if (Error error = readOptions(args, options))
    return error;
  options.writeReproducers = true;
  StringRef extension = sys::path::extension(job.input);
  if (!options.startFrom.empty() && extension != ".mlir")
    return textError("--start-from expects dumped IR (.mlir), found '" +
                     job.input + "'; --dump-phases=DIR writes it");
  job.check = args.hasArg(OPT_check);
  job.verify = args.hasArg(OPT_verify);
  job.verbose = args.hasArg(OPT_v);
  job.report = args.getLastArgValue(OPT_report).str();
  job.profile = args.getLastArgValue(OPT_profile).str();
  job.python = args.getLastArgValue(OPT_python).str();
  job.rtol = args.getLastArgValue(OPT_rtol).str();
  if (job.output.empty())
    job.output = defaultOutput(job.input, options.emit);
  if (job.output == "-" && !is_contained(textKinds, options.emit))
    return textError("--emit=" + options.emit +
                     " cannot go to the standard output; use -o");
  if (!job.report.empty() && options.emit == "lc")
    return textError(
        "--report needs a whole compilation; leave out --stop-after and "
        "--emit=lc");
  if (job.verify && options.emit != "so" && options.emit != "exe")
    return textError(
        "--verify runs what it compiles: expected --emit=so or exe, found " +
        options.emit);
  if (job.verify && extension != ".pt2")
    return textError(
        "--verify compares with a program of torch.export: expected a "
        ".pt2 file, found '" +
        job.input + "'; use lcompile-run --expect with outputs of your own");
  warnOfNoEffect(args, job);
  return Error::success();
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
  // With an optimizer they are those of lcompile train.
  if (Error error = checkTraining(args, Job(), args.hasArg(OPT_optimizer)))
    return error;
  return readOptions(args, options);
}

int runCommandLine(int argc, char **argv) {
  LcompileOptions table;
  InputArgList args;
  bool isTraining = argc > 1 && StringRef(argv[1]) == "train";
  if (Error error = parse(table, {argv + 1 + isTraining, argv + argc}, args))
    return reportError(std::move(error));
  if (args.hasArg(OPT_help) || args.hasArg(OPT_help_all)) {
    table.printHelp(outs(), "lcompile [train] [options] MODEL.pt2|MODEL.pt",
                    "compiles PyTorch models to native code",
                    /*ShowHidden=*/args.hasArg(OPT_help_all));
    return 0;
  }
  if (args.hasArg(OPT_version)) {
    outs() << versionText() << "\n";
    return 0;
  }
  if (args.hasArg(OPT_list_ops)) {
    printRules(outs());
    return 0;
  }
  Job job;
  if (Error error = readJob(args, job))
    return reportError(std::move(error));
  if (Error error = checkTraining(args, job, isTraining))
    return reportError(std::move(error));
  // A crash becomes a message and a reproducer (Session::guarded).
  CrashRecoveryContext::Enable();
  return runJob(job);
}

} // namespace lcompile
