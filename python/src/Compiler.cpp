// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// lcompile._compiler: compiling models (lcompile-c/Compiler.h).
#include "python/src/Array.h"

#include "lcompile-c/Compiler.h"
#include <memory>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace lcompile::python {

/// One compilation. Keeps the weights that it was given.
class Compiler {
public:
  explicit Compiler(const std::vector<std::string> &options) {
    compiler.reset(lc_compiler_open());
    std::vector<const char *> list;
    for (const std::string &option : options)
      list.push_back(option.c_str());
    check(lc_compiler_set_options(get(), list.data(), list.size()));
  }

  /// True when everything in the program can be compiled; else see issues().
  bool importFile(const std::string &path) {
    int32_t code;
    {
      nb::gil_scoped_release release;
      code = lc_compiler_import_file(get(), path.c_str());
    }
    return finishImport(code);
  }

  bool importGraph(const std::string &name, const std::string &json,
                   nb::dict given) {
    NamedArrays views(given, "weight");
    std::vector<lc_weight_t> list;
    for (size_t i = 0; i < views.size(); ++i)
      list.push_back({views.names[i].c_str(), views.arrays[i].tensor});
    weights = given;
    int32_t code;
    {
      nb::gil_scoped_release release;
      code = lc_compiler_import_graph(get(), name.c_str(), json.data(),
                                      json.size(), list.data(), list.size());
    }
    return finishImport(code);
  }

  void run() {
    int32_t code;
    {
      nb::gil_scoped_release release;
      code = lc_compiler_run(get());
    }
    check(code);
  }

  void write(const std::string &path, bool leaveGiven) {
    int32_t code;
    {
      nb::gil_scoped_release release;
      code = lc_compiler_write(get(), path.c_str(),
                               leaveGiven ? LC_COMPILER_LEAVE_GIVEN : 0u);
    }
    check(code);
  }

  nb::bytes emit(bool leaveGiven) {
    const void *data = nullptr;
    size_t size = 0;
    int32_t code;
    {
      nb::gil_scoped_release release;
      code = lc_compiler_emit(get(), leaveGiven ? LC_COMPILER_LEAVE_GIVEN : 0u,
                              &data, &size);
    }
    check(code);
    return nb::bytes(data, size);
  }

  /// Dictionaries with the fields of lc_issue_t.
  nb::list issues() const {
    nb::list list;
    for (size_t i = 0; i < lc_compiler_issue_count(get()); ++i) {
      lc_issue_t issue = {};
      issue.struct_size = sizeof issue;
      lc_compiler_issue(get(), i, &issue);
      nb::dict entry;
      entry["op"] = issue.op;
      entry["reason"] = issue.reason;
      entry["arguments"] = issue.arguments;
      entry["node"] = issue.node;
      entry["module"] = issue.module;
      entry["file"] = issue.file;
      entry["line"] = issue.line;
      list.append(entry);
    }
    return list;
  }

  /// (name, seconds of processor time, operations, peak MiB) of each phase.
  nb::list phases() const {
    nb::list list;
    for (size_t i = 0; i < lc_compiler_phase_count(get()); ++i) {
      lc_phase_t phase = {};
      phase.struct_size = sizeof phase;
      lc_compiler_phase(get(), i, &phase);
      list.append(nb::make_tuple(phase.name, phase.cpu_seconds,
                                 phase.operations, phase.peak_mib));
    }
    return list;
  }

  size_t operatorCount() const { return lc_compiler_operator_count(get()); }
  std::string message() const { return lc_compiler_message(get()); }
  std::string diagnostics() { return lc_compiler_diagnostics(get()); }

  std::string text() {
    const char *text = nullptr;
    size_t size = 0;
    check(lc_compiler_text(get(), &text, &size));
    return {text, size};
  }

private:
  lc_compiler_t *get() const { return compiler.get(); }
  void check(int32_t code) const {
    if (code != LC_OK)
      raise(code, lc_compiler_message(get()));
  }
  bool finishImport(int32_t code) const {
    if (code != LC_UNIMPLEMENTED)
      check(code);
    return code == LC_OK;
  }

  struct Close {
    void operator()(lc_compiler_t *compiler) const {
      lc_compiler_close(compiler);
    }
  };
  std::unique_ptr<lc_compiler_t, Close> compiler;
  nb::dict weights;
};

static std::vector<std::string> operators() {
  const char *const *names;
  size_t count = lc_compiler_operators(&names);
  return {names, names + count};
}

static int runCommandLine(std::vector<std::string> arguments) {
  std::vector<char *> argv;
  for (std::string &argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  nb::gil_scoped_release release;
  return lc_compiler_main(int32_t(arguments.size()), argv.data());
}

} // namespace lcompile::python

NB_MODULE(_compiler, m) {
  using namespace lcompile::python;
  m.doc() = "Compiling models: lcompile-c/Compiler.h.";
  nb::class_<Compiler>(m, "Compiler")
      .def(nb::init<const std::vector<std::string> &>(), nb::arg("options"))
      .def("import_file", &Compiler::importFile)
      .def("import_graph", &Compiler::importGraph, nb::arg("name"),
           nb::arg("json"), nb::arg("weights"))
      .def("run", &Compiler::run)
      .def("write", &Compiler::write, nb::arg("path"), nb::arg("leave_given"))
      .def("emit", &Compiler::emit, nb::arg("leave_given"))
      .def("issues", &Compiler::issues)
      .def("phases", &Compiler::phases)
      .def("operator_count", &Compiler::operatorCount)
      .def("message", &Compiler::message)
      .def("diagnostics", &Compiler::diagnostics)
      .def("text", &Compiler::text);
  m.def("operators", &operators);
  m.def("version", &lc_compiler_version);
  m.def("main", &runCommandLine);
}
