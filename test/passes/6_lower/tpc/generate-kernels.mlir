// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-generate-tpc-kernels %s | FileCheck %s

#tpc = #kernel<unit tpc>

// What is repeated along rows is loaded once for the rows of a member, and touched the same by all of them.
// CHECK-LABEL: tpc.kernel @bias_code(
// CHECK-SAME:    %[[X:.*]]: !tpc.tensor<f32, 2> {tpc.sizes = #lc.dims<100, 5>},
// CHECK-SAME:    %[[B:.*]]: !tpc.tensor<f32, 1> {tpc.sizes = #lc.dims<100>},
// CHECK-SAME:    %[[Y:.*]]: !tpc.tensor<f32, 2>
// CHECK-SAME:    access = [#tpc.access<[<0 : 64, 0, 63>, <1 : 4, 0, 3>]>, #tpc.access<[<0 : 64, 0, 63>]>, #tpc.access<[<0 : 64, 0, 63>, <1 : 4, 0, 3>]>]
func.func private @bias(%x: tensor<5x100xf32>, %b: tensor<100xf32>) -> tensor<5x100xf32> attributes {kernel.unit = #tpc} {
  // CHECK: scf.for %[[D:.*]] =
  // CHECK: %[[V:.*]] = tpc.ld %[[B]]
  // CHECK: scf.for %[[H:.*]] =
  // CHECK: %[[C:.*]] = tpc.coord(%[[D]], %[[H]])
  // CHECK: %[[W:.*]] = tpc.ld %[[X]][%[[C]]] : !tpc.tensor<f32, 2> -> vector<64xf32>
  // CHECK: arith.addf %[[W]], %[[V]]
  // CHECK: tpc.st %{{.*}}, %[[Y]]
  %s = lc.reshape %b : (tensor<100xf32>) -> tensor<1x100xf32>
  %0 = lc.expand %s : (tensor<1x100xf32>) -> tensor<5x100xf32>
  %1 = lc.add %x, %0 : tensor<5x100xf32>
  return %1 : tensor<5x100xf32>
}

// Elementwise alone: a row of all elements. Chunks have as many elements as a register of the narrowest type.
// CHECK-LABEL: tpc.kernel @flat_code(
// CHECK-SAME:    !tpc.tensor<bf16, 1> {tpc.sizes = #lc.dims<910>}
// CHECK-SAME:    access = [#tpc.access<[<0 : 512, 0, 511>]>, #tpc.access<[<0 : 512, 0, 511>]>], space = #[[$SPACE:.*]]}
func.func private @flat(%x: tensor<7x130xbf16>) -> tensor<7x130xbf16> attributes {kernel.unit = #tpc} {
  // CHECK: tpc.ld %{{.*}} -> vector<128xbf16>
  // CHECK: arith.extf %{{.*}} : vector<128xbf16> to vector<128xf32>
  %0 = lc.exp %x : tensor<7x130xbf16>
  return %0 : tensor<7x130xbf16>
}

// A reduced row is in one member; lanes behind its end do not count.
// CHECK-LABEL: tpc.kernel @row_code(
// CHECK-SAME:    access = [#tpc.access<[<0 : 0, 0, 127>, <0 : 3, 0, 2>]>, #tpc.access<[<0 : 0, 0, 127>, <0 : 3, 0, 2>]>]
func.func private @row(%x: tensor<3x100xf32>) -> tensor<3x100xf32> attributes {kernel.unit = #tpc} {
  // CHECK: %[[L:.*]] = tpc.lane_id : vector<64xi32>
  // CHECK: arith.cmpi slt
  // CHECK: arith.select
  // CHECK: tpc.reduce{{ +}}add
  // CHECK: scf.for
  // CHECK: tpc.st
  %s = lc.sum %x {dims = array<i64: 1>, keepdim} : (tensor<3x100xf32>) -> tensor<3x1xf32>
  %e = lc.expand %s : (tensor<3x1xf32>) -> tensor<3x100xf32>
  %r = lc.sub %x, %e : tensor<3x100xf32>
  return %r : tensor<3x100xf32>
}

// One element a row: stored alone. A slice moves the range.
// CHECK-LABEL: tpc.kernel @sum_code(
// CHECK-SAME:    access = [#tpc.access<[<0 : 0, 3, 66>, <0 : 4, 0, 3>]>, #tpc.access<[<0 : 4, 0, 3>]>]
func.func private @sum(%x: tensor<9x50xf32>) -> tensor<9xf32> attributes {kernel.unit = #tpc} {
  // CHECK: %[[ONE:.*]] = arith.constant 1 : i32
  // CHECK: tpc.st %{{.*}} count %{{.*}}
  %0 = lc.slice %x {dim = 1 : i64, start = #lc.dims<3>} : (tensor<9x50xf32>) -> tensor<9x40xf32>
  %1 = lc.sum %0 {dims = array<i64: 1>} : (tensor<9x40xf32>) -> tensor<9xf32>
  return %1 : tensor<9xf32>
}

// Sizes that vary are scalars of the kernel.
// CHECK-LABEL: tpc.kernel @dynamic_code(
// CHECK-SAME:    !tpc.tensor<f32, 1> {tpc.sizes = #lc.dims<s0 * 100>}, %[[N:.*]]: i32)
func.func private @dynamic(%x: tensor<?x100xf32, #lc.dims<s0, 100>>) -> tensor<?x100xf32, #lc.dims<s0, 100>>
    attributes {kernel.unit = #tpc, lc.symbols = [#lc.symbol<"n", 1, 9>]} {
  %0 = lc.neg %x : tensor<?x100xf32, #lc.dims<s0, 100>>
  return %0 : tensor<?x100xf32, #lc.dims<s0, 100>>
}
