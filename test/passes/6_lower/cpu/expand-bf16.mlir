// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-expand-bf16 %s | FileCheck %s

// CHECK-LABEL: func.func @extend
// CHECK:         arith.bitcast %arg0 : vector<8xbf16> to vector<8xi16>
// CHECK:         arith.extui
// CHECK:         arith.shli
// CHECK:         arith.bitcast %{{.*}} : vector<8xi32> to vector<8xf32>
func.func @extend(%x: vector<8xbf16>) -> vector<8xf32> {
  %0 = arith.extf %x : vector<8xbf16> to vector<8xf32>
  return %0 : vector<8xf32>
}

// CHECK-LABEL: func.func @truncate
// CHECK-DAG:     arith.constant 32767 : i32
// CHECK-DAG:     arith.constant 2143289344 : i32
// CHECK:         arith.cmpf uno
// CHECK:         arith.bitcast %{{.*}} : i16 to bf16
func.func @truncate(%x: f32) -> bf16 {
  %0 = arith.truncf %x : f32 to bf16
  return %0 : bf16
}

// Other types have instructions.
// CHECK-LABEL: func.func @half
// CHECK:         arith.extf
// CHECK:         arith.truncf
func.func @half(%x: vector<8xf16>, %y: f64) -> (vector<8xf32>, f32) {
  %0 = arith.extf %x : vector<8xf16> to vector<8xf32>
  %1 = arith.truncf %y : f64 to f32
  return %0, %1 : vector<8xf32>, f32
}
