// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One call of lcompile from the import to the exit code.
#include "lib/Compiler/Driver.h"

#include "lib/Compiler/HtmlReport.h"
#include "lib/Compiler/InternalError.h"
#include "lib/Compiler/Progress.h"
#include "lib/Compiler/Report.h"
#include "lib/Compiler/Verify.h"
#include "lib/Support/OutputFile.h"

using namespace llvm;

namespace lcompile {

int reportError(Error error) {
  int code = 1;
  handleAllErrors(std::move(error), [&](const ErrorInfoBase &info) {
    bool isInternal = info.isA<InternalError>();
    code = isInternal ? 2 : 1;
    errs() << "lcompile: " << (isInternal ? "internal error: " : "error: ")
           << info.message() << "\n";
  });
  if (code == 2) {
    // After a crash, what is left of the program is not safe to destroy.
    outs().flush();
    std::_Exit(code);
  }
  return code;
}

/// Phases until an artefact is there: those of Session::write behind the
/// stages.
static constexpr unsigned usualPhases = 9;

static Error writeReport(Session &session, Profile profile, OutputFile &file) {
  Expected<Plan> plan = session.plan();
  if (!plan)
    return plan.takeError();
  ReportData data;
  data.plan = std::move(*plan);
  data.profile = std::move(profile);
  data.compiler = versionText();
  data.target = session.targetName();
  data.operations = session.operations();
  data.code = session.codeSizes();
  data.phases = session.phases().vec();
  std::string html = htmlReport(data);
  if (Error error = file.write({html.data(), html.size()}))
    return error;
  return file.commit();
}

int runJob(const Job &job) {
  Progress progress(job.verbose, usualPhases);
  Session session(job.options);
  session.observe(&progress);
  auto finish = [&](Error error) {
    progress.clear();
    return reportError(std::move(error));
  };
  if (Error error = session.import(job.input))
    return finish(std::move(error));
  if (job.check) {
    progress.clear();
    printCoverage(outs(), session.coverage());
    return session.coverage().issues.empty() ? 0 : 1;
  }
  if (!session.coverage().issues.empty()) {
    progress.clear();
    printIssues(errs(), session.coverage());
    return 1;
  }
  if (Error error = session.runPipeline())
    return finish(std::move(error));
  if (!session.decisions().empty())
    progress.clear();
  for (const std::string &decision : session.decisions())
    errs() << "lcompile: " << decision << "\n";
  std::optional<OutputFile> report;
  if (!job.report.empty()) { // before the artefact: both are written, or none
    Expected<OutputFile> file = OutputFile::create(job.report);
    if (!file)
      return finish(file.takeError());
    report.emplace(std::move(*file));
  }
  Profile profile;
  if (!job.report.empty() && !job.profile.empty()) {
    Expected<Plan> plan = session.plan();
    if (!plan)
      return finish(plan.takeError());
    Expected<Profile> read = readProfile(job.profile, *plan);
    if (!read)
      return finish(read.takeError());
    profile = std::move(*read);
  }
  if (Error error = session.write(job.output))
    return finish(std::move(error));
  if (report)
    if (Error error = writeReport(session, std::move(profile), *report))
      return finish(std::move(error));
  progress.clear();
  bool good = true;
  if (job.verify) {
    Expected<Plan> plan = session.plan();
    if (!plan)
      return finish(plan.takeError());
    if (Error error = verifyArtefact(job, *plan, good))
      return finish(std::move(error));
  }
  for (const std::string &message : session.diagnostics())
    errs() << "lcompile: " << message << "\n";
  return good ? 0 : 1;
}

} // namespace lcompile
