// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rules of normalisations.
#include "lib/Import/Aten/Rules/Helpers.h"

using namespace mlir;
using namespace lcompile;
using namespace lcompile::import;

namespace {

/// 1 / sqrt(variance + eps) over `dims`, which stay with size 1.
Value inverseDeviation(AtenCall &call, Value x, ArrayRef<int64_t> dims,
                       double eps) {
  Value var = call.make<lc::VarOp>(x, dims, true, APFloat(0.0));
  return call.make<lc::RsqrtOp>(withNumber<lc::AddOp>(call, var, eps));
}

SmallVector<int64_t> trailing(AtenCall &call, Value x, int64_t count) {
  int64_t rank = call.rankOf(x);
  return llvm::to_vector(llvm::seq<int64_t>(rank - count, rank));
}

Value batchNormWith(AtenCall &call, Value x, Value mean, Value var) {
  return call.make<lc::BatchNormOp>(x, mean, var, call.tensorOrNull("weight"),
                                    call.tensorOrNull("bias"),
                                    APFloat(call.number("eps", 1e-5)));
}

/// old + (new - old) * momentum, written into `statistic`.
void updateRunning(AtenCall &call, Value statistic, Value batch) {
  if (call.refused())
    return;
  Value change = withNumber<lc::MulOp>(
      call, call.make<lc::SubOp>(batch, statistic), call.number("momentum"));
  Value updated = call.make<lc::AddOp>(statistic, change);
  if (updated)
    lc::OverwriteOp::create(call.b, statistic, updated);
}

/// Normalises with the running statistics, or with the batch's own: where the
/// module keeps none, and in training, which moves the running ones there.
Value batchNorm(AtenCall &call, bool training) {
  Value x = call.tensor("input");
  Value mean = call.tensorOrNull("running_mean");
  Value var = call.tensorOrNull("running_var");
  if (call.refused())
    return {};
  training &= mean && var;
  if (training && (isa_and_nonnull<lc::ParameterOp>(mean.getDefiningOp()) ||
                   call.schema != "aten::batch_norm")) {
    call.refuse("batch_norm in training mode updates its running statistics; "
                "export the model after model.eval(), or train it");
    return {};
  }
  if (training && !call.get("momentum").isNumber()) {
    call.refuse("expected a momentum for the running statistics");
    return {};
  }
  Value runningMean = mean, runningVar = var;
  if (!mean || !var || training) {
    if (call.rankOf(x) < 2) {
      call.refuse("expected rank 2 or more");
      return {};
    }
    auto dims = llvm::to_vector(llvm::seq<int64_t>(0, call.rankOf(x)));
    dims.erase(dims.begin() + 1);
    mean = call.make<lc::MeanOp>(x, dims, false);
    var = call.make<lc::VarOp>(x, dims, false, APFloat(0.0));
    if (training) {
      updateRunning(call, runningMean, mean);
      updateRunning(call, runningVar,
                    call.make<lc::VarOp>(x, dims, false, APFloat(1.0)));
    }
  }
  return batchNormWith(call, x, mean, var);
}

void batchNormRule(AtenCall &call) {
  call.result(batchNorm(call, call.boolean("training")));
}

/// The forms that also give the statistics that a training step saves: none
/// with running statistics, else the batch's mean and inverse deviation.
template <bool mayTrain> void nativeBatchNorm(AtenCall &call) {
  call.result(batchNorm(call, mayTrain && call.boolean("training")));
  if (call.refused())
    return;
  Value x = call.tensor("input");
  if (!call.has("running_mean")) {
    auto dims = llvm::to_vector(llvm::seq<int64_t>(0, call.rankOf(x)));
    dims.erase(dims.begin() + 1);
    call.result(call.make<lc::MeanOp>(x, dims, false));
    Value scale = inverseDeviation(call, x, dims, call.number("eps", 1e-5));
    return call.result(call.reshape(scale, lc::getDims(x)[1]));
  }
  for (int i = 0; i < 2; ++i)
    call.result(call.full({call.constant(0)}, call.elementOf(x), 0));
}

Value layerNorm(AtenCall &call) {
  Value x = call.tensor("input");
  Value weight = call.tensorOrNull("weight"), bias = call.tensorOrNull("bias");
  int64_t count = call.sizes("normalized_shape").size();
  return call.make<lc::LayerNormOp>(x, weight, bias, count,
                                    APFloat(call.number("eps", 1e-5)));
}

void layerNormRule(AtenCall &call) { call.result(layerNorm(call)); }

void nativeLayerNorm(AtenCall &call) {
  call.result(layerNorm(call));
  if (call.refused())
    return;
  Value x = call.tensor("input");
  auto dims = trailing(call, x, call.sizes("normalized_shape").size());
  call.result(call.make<lc::MeanOp>(x, dims, true));
  call.result(inverseDeviation(call, x, dims, call.number("eps", 1e-5)));
}

template <bool withScale> void rmsNorm(AtenCall &call) {
  Value x = call.tensor("input"), weight = call.tensorOrNull("weight");
  int64_t count = call.sizes("normalized_shape").size();
  if (call.refused())
    return;
  auto element = dyn_cast<FloatType>(call.elementOf(x));
  if (!element)
    return call.refuse("expected floating point, found " + Datum(x).describe());
  // Without eps PyTorch takes the type's distance of 1 to the next number.
  double epsilon = std::ldexp(1.0, 1 - int(element.getFPMantissaWidth()));
  epsilon = call.number("eps", epsilon);
  call.result(
      call.make<lc::RmsNormOp>(x, weight, Value(), count, APFloat(epsilon)));
  if (!withScale || call.refused())
    return;
  auto dims = trailing(call, x, count);
  Value mean = call.make<lc::MeanOp>(call.make<lc::MulOp>(x, x), dims, true);
  call.result(
      call.make<lc::RsqrtOp>(withNumber<lc::AddOp>(call, mean, epsilon)));
}

Value groupNorm(AtenCall &call, int64_t groups) {
  Value x = call.tensor("input");
  Value weight = call.tensorOrNull("weight"), bias = call.tensorOrNull("bias");
  return call.make<lc::GroupNormOp>(x, weight, bias, groups,
                                    APFloat(call.number("eps", 1e-5)));
}

void groupNormRule(AtenCall &call) {
  call.result(groupNorm(call, call.integer("num_groups", 1)));
}

void nativeGroupNorm(AtenCall &call) {
  int64_t groups = call.integer("group", 1);
  call.result(groupNorm(call, groups));
  if (call.refused())
    return;
  Value x = call.tensor("input");
  lc::Dims dims = lc::getDims(x), grouped = {dims[0], call.constant(groups)};
  grouped.push_back(quotient(call, ArrayRef(dims).drop_front(), grouped[1]));
  x = call.reshape(x, grouped);
  int64_t last = 2;
  call.result(call.make<lc::MeanOp>(x, last, false));
  Value rstd = inverseDeviation(call, x, last, call.number("eps", 1e-5));
  call.result(call.refused() ? Value() : dropDim(call, rstd, 2));
}

void instanceNorm(AtenCall &call) {
  Value x = call.tensor("input");
  if (call.refused())
    return;
  if (!call.boolean("use_input_stats", true)) {
    Value mean = call.tensor("running_mean"), var = call.tensor("running_var");
    return call.result(batchNormWith(call, x, mean, var));
  }
  if (call.has("running_mean"))
    return call.refuse("instance_norm in training mode updates its running "
                       "statistics; export the model after model.eval()");
  if (call.rankOf(x) < 2 || call.typeOf(x).isDynamicDim(1))
    return call.refuse("expected a known number of channels");
  call.result(groupNorm(call, call.typeOf(x).getDimSize(1)));
}

/// v * g / |v|, lengths over all dimensions but one; for dim -1 over all.
void weightNorm(AtenCall &call) {
  Value v = call.tensor("v"), g = call.tensor("g");
  if (call.refused())
    return;
  int64_t dim = call.integer("dim", 0);
  if (dim < -1 || dim >= call.rankOf(v))
    return call.refuse("expected dim -1 to " +
                       std::to_string(call.rankOf(v) - 1) + ", found " +
                       std::to_string(dim));
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, call.rankOf(v)));
  llvm::erase(dims, dim);
  Value square = call.make<lc::MulOp>(v, v);
  Value length = call.make<lc::SqrtOp>(
      call.make<lc::SumOp>(square, dims, /*keepdim=*/true));
  Value factor = broadcasted<lc::DivOp>(call, g, length);
  call.result(broadcasted<lc::MulOp>(call, v, factor));
}

} // namespace

void lcompile::import::addNormRules(AtenTable &table) {
  table.add({"aten::batch_norm", "aten::_batch_norm_impl_index"},
            batchNormRule);
  table.add("aten::_native_batch_norm_legit_no_training",
            nativeBatchNorm<false>);
  table.add({"aten::native_batch_norm", "aten::_native_batch_norm_legit",
             "aten::_native_batch_norm_legit.no_stats"},
            nativeBatchNorm<true>);
  table.add("aten::layer_norm", layerNormRule);
  table.add("aten::native_layer_norm", nativeLayerNorm);
  table.add("aten::rms_norm", rmsNorm<false>);
  table.add("aten::_fused_rms_norm", rmsNorm<true>);
  table.add("aten::group_norm", groupNormRule);
  table.add("aten::native_group_norm", nativeGroupNorm);
  table.add("aten::instance_norm", instanceNorm);
  table.add("aten::_weight_norm", weightNorm);
}
