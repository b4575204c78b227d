// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Builds small .pt2 archives for the tests of their reader.
#include "TestArchive.h"

#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>
#include <zip.h>

using namespace llvm;

namespace lcompile::import::test {

TemporaryFile::TemporaryFile(StringRef content) {
  SmallString<128> path;
  int handle;
  if (sys::fs::createTemporaryFile("lcompile-import", "pt2", handle, path))
    report_fatal_error("cannot create a temporary file");
  raw_fd_ostream(handle, /*shouldClose=*/true) << content;
  name = path.str().str();
}

TemporaryFile::~TemporaryFile() { sys::fs::remove(name); }

std::string makeZip(const std::vector<Entry> &entries) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t *target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t *archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  for (const Entry &entry : entries) {
    zip_source_t *source = zip_source_buffer(archive, entry.content.data(),
                                             entry.content.size(), 0);
    zip_int64_t index =
        zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    zip_set_file_compression(archive, index,
                             entry.deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  if (zip_close(archive) != 0)
    report_fatal_error("libzip cannot write the archive");
  zip_source_open(target);
  zip_source_seek(target, 0, SEEK_END);
  std::string bytes(zip_source_tell(target), '\0');
  zip_source_seek(target, 0, SEEK_SET);
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

std::string meta(StringRef size, int dtype) {
  return (R"({"dtype": )" + Twine(dtype) + R"(, "sizes": [)" + size +
          R"(], "requires_grad": false, "device": {"type": "cpu", "index": null}, )"
          R"("strides": [{"as_int": 1}], "storage_offset": {"as_int": 0}, )"
          R"("layout": 7})")
      .str();
}

std::string tensor(StringRef name) {
  return (R"({"as_tensor": {"name": ")" + name + R"("}})").str();
}

std::string input(StringRef name, StringRef argument) {
  return (R"({"name": ")" + name + R"(", "arg": )" + argument +
          R"(, "kind": 1})")
      .str();
}

std::string list(const std::vector<std::string> &elements) {
  return join(elements, ", ");
}

std::string node(StringRef target, std::vector<std::string> inputs,
                 std::vector<std::string> outputs, StringRef metadata) {
  return (R"({"target": ")" + target + R"(", "inputs": [)" + list(inputs) +
          R"(], "outputs": [)" + list(outputs) + R"(], "metadata": )" +
          metadata + R"(, "is_hop_single_tensor_return": null, "name": null})")
      .str();
}

TestProgram::TestProgram() {
  const std::string three = R"({"as_int": 3})";
  inputs = list({tensor("p_w"), tensor("x")});
  inputSpecs =
      R"({"parameter": {"arg": {"name": "p_w"}, "parameter_name": "m.w"}},)"
      R"({"user_input": {"arg": {"as_tensor": {"name": "x"}}}})";
  outputs = tensor("mul");
  outputSpecs = R"({"user_output": {"arg": {"as_tensor": {"name": "mul"}}}})";
  nodes = list(
      {node("torch.ops.aten.add.Tensor",
            {input("self", tensor("x")), input("other", tensor("p_w"))},
            {tensor("add")}),
       node("torch.ops.aten.mul.Tensor",
            {input("self", tensor("add")), input("other", R"({"as_int": 2})")},
            {tensor("mul")})});
  tensors = "\"p_w\": " + meta(three) + ", \"x\": " + meta(three) +
            ", \"add\": " + meta(three) + ", \"mul\": " + meta(three);
  weightMeta = meta(three);
  const float values[] = {1, 2, 3};
  files = {
      {"data/weights/weight_0",
       std::string(reinterpret_cast<const char *>(values), sizeof(values))}};
}

TestProgram TestProgram::dynamic(StringRef size, StringRef ranges) {
  TestProgram program;
  std::string dim =
      (R"({"as_expr": {"expr_str": ")" + size + R"(", "hint": {"as_int": 4}}})")
          .str();
  program.ranges = ranges.str();
  program.inputs = tensor("x");
  program.inputSpecs =
      R"({"user_input": {"arg": {"as_tensor": {"name": "x"}}}})";
  program.nodes =
      node("torch.ops.aten.mul.Tensor",
           {input("self", tensor("x")), input("other", R"({"as_int": 2})")},
           {tensor("mul")});
  program.tensors = "\"x\": " + meta(dim) + ", \"mul\": " + meta(dim);
  return program;
}

std::string TestProgram::json() const {
  return R"({"graph_module": {"graph": {"inputs": [)" + inputs +
         R"(], "outputs": [)" + outputs + R"(], "nodes": [)" + nodes +
         R"(], "tensor_values": {)" + tensors + R"(}, "sym_int_values": )" +
         symInts + R"(, "sym_bool_values": )" + symBools +
         R"(, "is_single_tensor_return": false, "custom_obj_values": {}, )"
         R"("sym_float_values": {}}, "signature": {"input_specs": [)" +
         inputSpecs + R"(], "output_specs": [)" + outputSpecs +
         R"(]}, "module_call_graph": [], "metadata": {}}, )"
         R"("opset_version": {"aten": 10}, "range_constraints": )" +
         ranges + R"(, "schema_version": )" + version +
         R"(, "verifiers": ["TRAINING"], "torch_version": "2.13.0"})";
}

std::vector<Entry> TestProgram::entries() const {
  std::string config = R"({"config": {"m.w": {"path_name": ")" + weightPath +
                       R"(", "is_param": true, "use_pickle": false, )"
                       R"("tensor_meta": )" +
                       weightMeta + "}}}";
  std::vector<Entry> all;
  for (const auto &[name, content] : files)
    all.push_back({"model/" + name, content});
  all.push_back({"model/data/weights/model_weights_config.json", config});
  all.push_back(
      {"model/data/constants/model_constants_config.json", constantsConfig});
  all.push_back({"model/models/model.json", json()});
  all.push_back({"model/archive_format", "pt2"});
  all.push_back({"model/archive_version", "0"});
  all.push_back({"model/byteorder", "little"});
  return all;
}

Imported importBytes(StringRef bytes, const ImportOptions &options,
                     mlir::MLIRContext *ctx) {
  TemporaryFile file(bytes);
  mlir::MLIRContext own;
  mlir::MLIRContext *context = ctx ? ctx : &own;
  Imported result;
  auto module = importExportedProgram(file.path(), context, options,
                                      result.coverage, result.error);
  if (!module) {
    EXPECT_TRUE(!result.error.empty() || !result.coverage.issues.empty());
    return result;
  }
  EXPECT_EQ(result.error, "");
  EXPECT_TRUE(succeeded(mlir::verify(*module)));
  raw_string_ostream os(result.module);
  module->print(os);
  return result;
}

Imported importProgram(const TestProgram &program, const ImportOptions &options,
                       mlir::MLIRContext *ctx) {
  return importBytes(program.archive(), options, ctx);
}

} // namespace lcompile::import::test
