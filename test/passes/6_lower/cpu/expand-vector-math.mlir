// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-expand-vector-math %s | FileCheck %s

// CHECK-LABEL: func.func @exp
// CHECK-NOT:     math.exp
// CHECK:         math.fma
// CHECK:         arith.shli
func.func @exp(%x: vector<16xf32>) -> vector<16xf32> {
  %0 = math.exp %x : vector<16xf32>
  return %0 : vector<16xf32>
}

// The sign of zero comes last.
// CHECK-LABEL: func.func @tanh
// CHECK:         %[[R:.*]] = math.copysign %{{.*}}, %{{.*}} : f32
// CHECK:         return %[[R]]
func.func @tanh(%x: f32) -> f32 {
  %0 = math.tanh %x : f32
  return %0 : f32
}

// Of f64 only what upstream lowers without digits near 0.
// CHECK-LABEL: func.func @wide
// CHECK-NOT:     math.log1p
// CHECK:         math.log
// CHECK:         math.tanh
func.func @wide(%x: f64) -> (f64, f64) {
  %0 = math.log1p %x : f64
  %1 = math.tanh %x : f64
  return %0, %1 : f64, f64
}
