// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a program's inputs and outputs are for.
#include "lib/Import/ExportedProgram/Signature.h"

using namespace llvm;

namespace lcompile::import {

/// The name that an Argument of a tensor or number refers to; empty for
/// constants.
static std::string nameOf(Json argument) {
  auto [kind, value] = argument.variant();
  if (kind == "as_tensor")
    return value.at("name").text().str();
  if ((kind == "as_sym_int" || kind == "as_sym_float" ||
       kind == "as_sym_bool") &&
      value.get("as_name"))
    return value.at("as_name").text().str();
  return "";
}

static SignatureInput readInput(Json spec, Json graphInput) {
  auto [kind, body] = spec.variant();
  SignatureInput input = {SignatureInput::Constant, "", "", graphInput};
  auto weight = [&](SignatureInput::Kind as, StringRef key) {
    input.kind = as;
    input.name = body.at("arg").at("name").text().str();
    input.key = body.at(key).text().str();
  };
  if (kind == "parameter") {
    weight(SignatureInput::Parameter, "parameter_name");
  } else if (kind == "buffer") {
    // The oldest archives have no "persistent": everything was in the state.
    Json persistent = body.get("persistent");
    weight(persistent && !persistent.boolean()
               ? SignatureInput::BufferOutsideState
               : SignatureInput::Buffer,
           "buffer_name");
  } else if (kind == "tensor_constant") {
    weight(SignatureInput::TensorConstant, "tensor_constant_name");
  } else if (kind == "user_input") {
    Json argument = body.at("arg");
    StringRef of = argument.variant().first;
    if (of == "as_tensor" || of == "as_sym_int") {
      input.kind =
          of == "as_tensor" ? SignatureInput::Tensor : SignatureInput::Number;
      input.name = nameOf(argument);
    } else if (of == "as_custom_obj") {
      argument.fail("custom objects as inputs are not supported");
    } else if (of == "as_sym_float" || of == "as_sym_bool") {
      argument.fail(
          "inputs that are floating-point numbers or bools which vary "
          "are not supported; pass a tensor");
    }
    if (input.kind == SignatureInput::Number && input.name.empty())
      input.kind = SignatureInput::Constant;
  } else if (kind == "constant_input") {
    input.name = body.at("name").text().str();
  } else if (!kind.empty()) {
    body.fail("inputs of the kind '" + kind + "' are not supported");
  }
  std::string inGraph = nameOf(graphInput);
  if (input.kind != SignatureInput::Constant && inGraph != input.name)
    body.fail("the signature calls the input '" + input.name +
              "' and the graph calls it '" + inGraph + "'");
  return input;
}

static SignatureOutput readOutput(Json spec, Json graphOutput) {
  auto [kind, body] = spec.variant();
  SignatureOutput output = {SignatureOutput::User, "", graphOutput};
  auto belongsTo = [&](SignatureOutput::Kind as, StringRef key) {
    output.kind = as;
    output.target = body.at(key).text().str();
  };
  if (kind == "buffer_mutation")
    belongsTo(SignatureOutput::BufferMutation, "buffer_name");
  else if (kind == "parameter_mutation")
    belongsTo(SignatureOutput::BufferMutation, "parameter_name");
  else if (kind == "user_input_mutation")
    belongsTo(SignatureOutput::InputMutation, "user_input_name");
  else if (kind == "gradient_to_parameter")
    belongsTo(SignatureOutput::Gradient, "parameter_name");
  else if (kind == "gradient_to_user_input")
    belongsTo(SignatureOutput::Gradient, "user_input_name");
  else if (kind != "user_output" && kind != "loss_output" && !kind.empty())
    body.fail("outputs of the kind '" + kind + "' are not supported");
  return output;
}

Signature readSignature(Json graphModule) {
  Failure &failure = graphModule.failures();
  Signature signature;
  Json graph = graphModule.at("graph"), spec = graphModule.at("signature");
  std::vector<Json> inputs = graph.at("inputs").items();
  std::vector<Json> inputSpecs = spec.at("input_specs").items();
  std::vector<Json> outputs = graph.at("outputs").items();
  std::vector<Json> outputSpecs = spec.at("output_specs").items();
  if (inputs.size() != inputSpecs.size() ||
      outputs.size() != outputSpecs.size())
    failure.fail("the graph has " + Twine(inputs.size()) + " inputs and " +
                 Twine(outputs.size()) + " outputs, its signature " +
                 Twine(inputSpecs.size()) + " and " +
                 Twine(outputSpecs.size()));
  for (size_t i = 0; i < inputSpecs.size() && !failure.failed(); ++i) {
    Failure::Scope scope(failure, "input " + Twine(i));
    signature.inputs.push_back(readInput(inputSpecs[i], inputs[i]));
  }
  for (size_t i = 0; i < outputSpecs.size() && !failure.failed(); ++i) {
    Failure::Scope scope(failure, "output " + Twine(i));
    signature.outputs.push_back(readOutput(outputSpecs[i], outputs[i]));
  }
  return signature;
}

} // namespace lcompile::import
