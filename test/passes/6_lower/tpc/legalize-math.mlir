// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --pass-pipeline="builtin.module(tpc.kernel(lc-legalize-tpc-math))" %s | FileCheck %s
// RUN: lcompile-opt --lc-legalize-tpc-math %s

// CHECK-LABEL: tpc.kernel @functions(
// CHECK-SAME:    %[[X:.*]]: !tpc.tensor<f32, 1>
tpc.kernel @functions(%x: !tpc.tensor<f32, 1>) attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  %c = tpc.coord()
  // CHECK: %[[V:.*]] = tpc.ld %[[X]]
  %v = tpc.ld %x[%c] : !tpc.tensor<f32, 1> -> vector<64xf32>
  // CHECK: tpc.special{{ +}}exp_cephes %[[V]]
  %e = math.exp %v : vector<64xf32>
  tpc.st %e, %x[%c] : vector<64xf32>, !tpc.tensor<f32, 1>
  // CHECK: tpc.special{{ +}}reciprocal %[[V]]
  %one = arith.constant dense<1.0> : vector<64xf32>
  %r = arith.divf %one, %v : vector<64xf32>
  tpc.st %r, %x[%c] : vector<64xf32>, !tpc.tensor<f32, 1>
  // CHECK: tpc.special{{ +}}rsqrt %[[V]]
  %s = math.sqrt %v : vector<64xf32>
  %q = arith.divf %one, %s : vector<64xf32>
  tpc.st %q, %x[%c] : vector<64xf32>, !tpc.tensor<f32, 1>
  // CHECK: tpc.special{{ +}}div %[[V]], %{{.*}}
  %d = arith.divf %v, %e : vector<64xf32>
  tpc.st %d, %x[%c] : vector<64xf32>, !tpc.tensor<f32, 1>
  // The sum of a polynomial, and exp of the language.
  // CHECK: math.fma
  // CHECK: tpc.special{{ +}}exp_cephes
  // CHECK-NOT: math.erf
  %f = math.erf %v : vector<64xf32>
  tpc.st %f, %x[%c] : vector<64xf32>, !tpc.tensor<f32, 1>
  // NaN wins.
  // CHECK: %[[L:.*]] = arith.cmpf olt, %[[V]], %[[E:.*]] :
  // CHECK: %[[M:.*]] = arith.select %[[L]], %[[E]], %[[V]]
  // CHECK: %[[N:.*]] = arith.cmpf une, %[[E]], %[[E]]
  // CHECK: arith.select %[[N]], %[[E]], %[[M]]
  %m = arith.maximumf %v, %e : vector<64xf32>
  tpc.st %m, %x[%c] : vector<64xf32>, !tpc.tensor<f32, 1>
  tpc.return
}
