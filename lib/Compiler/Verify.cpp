// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// --verify: the compiled model beside eager PyTorch. PyTorch and the artefact
// run in processes of their own; arrays go through files of a temporary folder.
#include "lib/Compiler/Verify.h"

#include "lib/Support/OwnFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace lcompile {
namespace {

/// Exit code of lcompile_reference.py when there is no torch.
constexpr int noTorch = 3;

Error fail(const Twine &text) {
  return createStringError(inconvertibleErrorCode(), text);
}

/// A folder that goes away with this object.
struct TemporaryFolder {
  SmallString<128> path;
  ~TemporaryFolder() {
    if (!path.empty())
      sys::fs::remove_directories(path);
  }
  std::string file(const Twine &name) const {
    return (path + "/" + name).str();
  }
};

/// What lies beside this program: other programs, or ../lib/NAME.
std::string beside(StringRef name) {
  SmallString<128> path(sys::path::parent_path(ownFile()));
  sys::path::append(path, name);
  sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  return path.str().str();
}

struct Ended {
  int code;
  std::string output, errors;
};

class Verification {
public:
  Verification(const Job &job, const Plan &plan) : job(job), plan(plan) {}

  Error run(bool &good) {
    if (Error error = findPython())
      return error;
    if (std::error_code code =
            sys::fs::createUniqueDirectory("lcompile", folder.path))
      return fail("cannot make a temporary folder: " + code.message());
    if (Error error = reference("outputs"))
      return error;
    Expected<std::vector<std::string>> lines = compare(job.output, plan);
    if (!lines)
      return lines.takeError();
    good = true;
    for (const std::string &line : *lines) {
      outs() << "verify: " << line << "\n";
      good &= !differs(line);
    }
    outs().flush();
    return good ? Error::success() : findOperation();
  }

private:
  static bool differs(StringRef line) { return line.contains(": DIFFERS: "); }

  Error findPython() {
    const char *variable = std::getenv("LCOMPILE_PYTHON");
    std::string name = !job.python.empty()     ? job.python
                       : variable && *variable ? variable
                                               : "python3";
    ErrorOr<std::string> found = sys::findProgramByName(name);
    if (!found)
      return fail("cannot verify: there is no '" + name +
                  "'; --python=PATH says which Python to use");
    python = *found;
    return Error::success();
  }

  /// Runs a program to its end.
  Expected<Ended>
  call(StringRef program, ArrayRef<std::string> arguments,
       std::optional<ArrayRef<StringRef>> environment = std::nullopt) {
    std::vector<StringRef> argv = {program};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    std::string out = folder.file("stdout"), err = folder.file("stderr");
    std::string message;
    std::optional<StringRef> redirects[] = {StringRef(""), StringRef(out),
                                            StringRef(err)};
    Ended ended;
    ended.code = sys::ExecuteAndWait(program, argv, environment, redirects, 0,
                                     0, &message);
    if (ended.code < 0)
      return fail("cannot verify: '" + program + "' did not run: " + message);
    for (auto [path, text] :
         {std::pair(&out, &ended.output), {&err, &ended.errors}})
      if (auto buffer = MemoryBuffer::getFile(*path))
        *text = (*buffer)->getBuffer().str();
    return ended;
  }

  Error reference(StringRef what) {
    std::string library = "PYTHONPATH=" + beside("../lib");
    if (const char *more = std::getenv("PYTHONPATH"))
      library += std::string(":") + more;
    std::vector<StringRef> environment = {library};
    for (char **entry = environ; *entry; ++entry)
      if (!StringRef(*entry).starts_with("PYTHONPATH="))
        environment.push_back(*entry);
    Expected<Ended> ended = call(python,
                                 {"-m", "lcompile_reference", what.str(),
                                  job.input, folder.path.str().str()},
                                 environment);
    if (!ended)
      return ended.takeError();
    if (ended->code == noTorch)
      return fail("cannot verify: '" + python + "' has no torch (" +
                  StringRef(ended->errors).trim() +
                  "); --python=PATH or LCOMPILE_PYTHON names one that has");
    if (ended->code)
      return fail("cannot verify: PyTorch did not run '" + job.input + "':\n" +
                  StringRef(ended->errors).trim());
    return Error::success();
  }

  /// Runs an artefact on the arrays of the folder; a line for each output.
  Expected<std::vector<std::string>> compare(StringRef artefact,
                                             const Plan &of) {
    const PlanFunction &function = of.functions.front();
    std::vector<std::string> arguments;
    SmallString<128> program(artefact);
    sys::fs::make_absolute(program);
    if (artefact.ends_with(".so")) {
      arguments.push_back(program.str().str());
      program = beside("lcompile-run");
    }
    auto addFiles = [&](StringRef option, StringRef prefix,
                        ArrayRef<PlanTensor> tensors) -> Error {
      for (auto [i, tensor] : enumerate(tensors)) {
        std::string path = folder.file(prefix + Twine(i) + ".npy");
        if (!sys::fs::exists(path))
          return fail("cannot verify: PyTorch has no value for '" +
                      tensor.name +
                      "', which the compiled model keeps outside");
        arguments.push_back(
            ("--" + option + "=" + tensor.name + "=@" + path).str());
      }
      return Error::success();
    };
    if (Error error = addFiles("input", "in", function.inputs))
      return error;
    // Inputs that are updated come behind what the program returns; PyTorch's
    // copies of them are not kept.
    size_t outputs = 0;
    while (outputs < function.outputs.size() &&
           sys::fs::exists(folder.file("out" + Twine(outputs) + ".npy")))
      ++outputs;
    if (Error error = addFiles("expect", "out",
                               ArrayRef(function.outputs).take_front(outputs)))
      return error;
    if (!job.rtol.empty())
      arguments.push_back("--rtol=" + job.rtol);
    else if (job.options.precision == "bf16")
      arguments.push_back("--rtol=2e-2");
    Expected<Ended> ended = call(program, arguments);
    if (!ended)
      return ended.takeError();
    SmallVector<StringRef> lines;
    StringRef(ended->output).split(lines, '\n', -1, /*KeepEmpty=*/false);
    if (lines.size() != outputs)
      return fail("cannot verify: '" + artefact +
                  "' did not run: " + StringRef(ended->errors).trim());
    return std::vector<std::string>(lines.begin(), lines.end());
  }

  /// Looks at every operation by itself.
  Error findOperation() {
    if (Error error = reference("operations"))
      return error;
    CompileOptions options = job.options;
    options.emit = "so";
    options.inputs.clear();
    options.dumpFolder.clear();
    Session session(options);
    std::string artefact = folder.file("all.so");
    if (Error error = session.import(folder.file("all.pt2")))
      return error;
    if (Error error = session.runPipeline())
      return error;
    if (Error error = session.write(artefact))
      return error;
    Expected<Plan> all = session.plan();
    if (!all)
      return all.takeError();
    Expected<std::vector<std::string>> lines = compare(artefact, *all);
    if (!lines)
      return lines.takeError();
    auto names = MemoryBuffer::getFile(folder.file("operations.txt"));
    if (!names)
      return fail("cannot verify: the list of operations is missing");
    SmallVector<StringRef> operations;
    (*names)->getBuffer().split(operations, '\n', -1, /*KeepEmpty=*/false);
    size_t bad = 0, first = 0;
    for (auto [i, line] : enumerate(*lines))
      if (differs(line) && !bad++)
        first = i;
    if (!bad) {
      outs() << "verify: each operation by itself matches: the difference "
                "comes from "
                "what was fused, or from errors that add up\n";
      return Error::success();
    }
    auto [name, rest] = operations[first].split('\t');
    auto [target, source] = rest.split('\t');
    outs() << "verify: first operation that differs: " << name << " (" << target
           << ")";
    if (!source.empty())
      outs() << " at " << source;
    outs() << "\n  " << StringRef((*lines)[first]).split(": ").second << "\n  "
           << first << " operations before it match, " << bad << " of "
           << lines->size() << " differ\n";
    return Error::success();
  }

  const Job &job;
  const Plan &plan;
  TemporaryFolder folder;
  std::string python;
};

} // namespace

Error verifyArtefact(const Job &job, const Plan &plan, bool &good) {
  return Verification(job, plan).run(good);
}

} // namespace lcompile
