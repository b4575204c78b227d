// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads programs that torch.export saved (.pt2), without torch.
#include "lib/Import/ExportedProgram/ExportedProgram.h"

#include "lib/Import/ExportedProgram/Importer.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace lcompile::import {

/// The name of the one program in the archive: models/NAME.json.
static std::string findModel(const Archive &archive, Failure &failure) {
  std::vector<std::string> models;
  for (StringRef name : archive.names())
    if (name.consume_front("models/") && name.consume_back(".json"))
      models.push_back(name.str());
  if (models.size() == 1)
    return models[0];
  if (models.empty())
    failure.fail(
        llvm::any_of(archive.names(),
                     [](StringRef name) {
                       return name.starts_with("data/aotinductor/");
                     })
            ? "holds a compiled AOTInductor package and no program; save "
              "the program with torch.export.save"
            : "holds no program: models/*.json is missing");
  else
    failure.fail("holds " + Twine(models.size()) + " programs (" +
                 llvm::join(models, ", ") + "), expected one");
  return "";
}

OwningOpRef<ModuleOp> importExportedProgram(StringRef path, MLIRContext *ctx,
                                            const ImportOptions &options,
                                            Coverage &coverage,
                                            std::string &error) {
  Program program(ctx);
  Failure &failure = program.failure;
  OwningOpRef<ModuleOp> module;
  {
    Failure::Scope scope(failure, path);
    std::unique_ptr<Archive> archive = Archive::open(path, failure);
    std::string model = archive ? findModel(*archive, failure) : "";
    if (!failure.failed()) {
      Weights weights(*archive, ctx, failure);
      std::string entry = "models/" + model + ".json";
      std::unique_ptr<llvm::json::Value> text;
      std::optional<Bytes> bytes = archive->read(entry, failure);
      if (bytes) {
        Failure::Scope inner(failure, entry);
        text = parseJson(bytes->text(), failure);
      }
      if (text && weights.readLists(model)) {
        Failure::Scope inner(failure, entry);
        Importer importer(program, Json(text.get(), failure, "file"), &weights);
        module = importer.run(options);
      }
    }
  }
  coverage = program.builder.coverage();
  error = failure.message();
  return module;
}

OwningOpRef<ModuleOp> importGraphJson(StringRef json, MLIRContext *ctx,
                                      Coverage &coverage, std::string &error,
                                      ArrayRef<GivenWeight> given,
                                      bool marksParameters) {
  Program program(ctx);
  Failure &failure = program.failure;
  OwningOpRef<ModuleOp> module;
  std::unique_ptr<llvm::json::Value> text = parseJson(json, failure);
  if (text) {
    GivenWeights weights(given, ctx, failure);
    Importer importer(program, Json(text.get(), failure, "program"), &weights);
    module = importer.run({{}, marksParameters});
  }
  coverage = program.builder.coverage();
  error = failure.message();
  return module;
}

} // namespace lcompile::import
