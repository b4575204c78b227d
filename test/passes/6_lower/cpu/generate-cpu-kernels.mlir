// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-generate-cpu-kernels %s | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: lcompile-opt --lc-generate-cpu-kernels=vector-bits=256 %s | FileCheck %s --check-prefixes=CHECK,NARROW

// Whole vectors, and the rest behind a mask.
// CHECK-LABEL: func.func @relu_code
// CHECK-SAME:    (%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %[[BEGIN:[a-z0-9]+]]: i64, %[[END:[a-z0-9]+]]: i64) -> i64
// CHECK:         scf.for %{{.*}} = %[[BEGIN]] to %[[END]]
// WIDE:            llvm.load {{.*}} -> vector<16xf32>
// NARROW:          llvm.load {{.*}} -> vector<8xf32>
// CHECK:           arith.cmpf olt
// CHECK:           llvm.intr.masked.store
func.func private @relu(%x: tensor<35xf32>) -> tensor<35xf32> attributes {kernel.unit = #kernel<unit cpu_codegen>} {
  %0 = lc.relu %x : tensor<35xf32>
  return %0 : tensor<35xf32>
}

// An index is checked and kept inside of the table.
// CHECK-LABEL: func.func @index_select_code
// CHECK:         arith.cmpi uge
// CHECK:         scf.if
// CHECK:         return %{{.*}} : i64
func.func private @index_select(%x: tensor<5xf32>, %i: tensor<3xi64>) -> tensor<3xf32> attributes {kernel.unit = #kernel<unit cpu_codegen>} {
  %0 = lc.index_select %x, %i {dim = 0 : i64} : (tensor<5xf32>, tensor<3xi64>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// Nothing can be read from an empty table: the loop ends where it begins.
// CHECK-LABEL: func.func @empty_code
// CHECK-SAME:    %[[BEGIN:[a-z0-9]+]]: i64, %[[END:[a-z0-9]+]]: i64) -> i64
// CHECK:         %[[LAST:.*]] = arith.select %{{.*}}, %[[BEGIN]], %[[END]] : i64
// CHECK:         scf.for %{{.*}} = %[[BEGIN]] to %[[LAST]]
func.func private @empty(%x: tensor<0xf32>, %i: tensor<3xi64>) -> tensor<3xf32> attributes {kernel.unit = #kernel<unit cpu_codegen>} {
  %0 = lc.index_select %x, %i {dim = 0 : i64} : (tensor<0xf32>, tensor<3xi64>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// bf16 is rounded with integers.
// CHECK-LABEL: func.func @narrow_code
// CHECK-NOT:     bf16
// CHECK:         arith.shrui
// CHECK:         arith.trunci {{.*}} to vector<{{.*}}xi16>
// CHECK:         return
func.func private @narrow(%x: tensor<8xbf16>) -> tensor<8xbf16> attributes {kernel.unit = #kernel<unit cpu_codegen>} {
  %0 = lc.exp %x : tensor<8xbf16>
  return %0 : tensor<8xbf16>
}
