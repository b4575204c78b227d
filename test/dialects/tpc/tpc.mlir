// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: tpc.kernel @scale(
// CHECK-SAME:    %[[X:.*]]: !tpc.tensor<f32, 2>, %[[Y:.*]]: !tpc.tensor<f32, 2>, %[[A:.*]]: f32)
// CHECK-SAME:    access = [#tpc.access<[<0 : 64, 0, 63>, <1 : 4, 0, 3>]>, #tpc.access<[<0 : 64, 0, 63>, <1 : 0, 0, s0 - 1>]>]
// CHECK-SAME:    space = #[[$SPACE:.*]]}
tpc.kernel @scale(%x: !tpc.tensor<f32, 2>, %y: !tpc.tensor<f32, 2>, %a: f32)
    attributes {space = #lc.dims<4, s0 ceildiv 4>,
                access = [#tpc.access<[<0 : 64, 0, 63>, <1 : 4, 0, 3>]>,
                          #tpc.access<[<0 : 64, 0, 63>, <1 : 0, 0, s0 - 1>]>]} {
  // CHECK: %[[O:.*]] = tpc.index_offset
  %offset = tpc.index_offset
  // CHECK: tpc.index_size
  %size = tpc.index_size
  // CHECK: %[[D:.*]] = tpc.coord_get %[[O]][0]
  %d = tpc.coord_get %offset[0]
  %h = tpc.coord_get %size[1]
  // CHECK: %[[C:.*]] = tpc.coord(%[[D]], %{{.*}})
  %c = tpc.coord(%d, %h)
  // CHECK: %[[V:.*]] = tpc.ld %[[X]][%[[C]]] : !tpc.tensor<f32, 2> -> vector<64xf32>
  %v = tpc.ld %x[%c] : !tpc.tensor<f32, 2> -> vector<64xf32>
  // CHECK: tpc.special exp_cephes %[[V]] : vector<64xf32>
  %e = tpc.special exp_cephes %v : vector<64xf32>
  // CHECK: tpc.special pow %[[V]], %{{.*}} : vector<64xf32>
  %p = tpc.special pow %v, %e : vector<64xf32>
  // CHECK: tpc.reduce add %{{.*}} : vector<64xf32>
  %s = tpc.reduce add %p : vector<64xf32>
  // CHECK: tpc.st %{{.*}}, %[[Y]][%[[C]]] : vector<64xf32>, !tpc.tensor<f32, 2>
  tpc.st %s, %y[%c] : vector<64xf32>, !tpc.tensor<f32, 2>
  // CHECK: tpc.st %{{.*}}, %[[Y]][%[[C]]] count %[[D]] : vector<64xf32>, !tpc.tensor<f32, 2>
  tpc.st %s, %y[%c] count %d : vector<64xf32>, !tpc.tensor<f32, 2>
  // CHECK: tpc.return
  tpc.return
}

// CHECK-LABEL: tpc.kernel @widen(
// CHECK-SAME: access = [#tpc.access<[]>, #tpc.access<[]>]
tpc.kernel @widen(%x: !tpc.tensor<bf16, 1>, %i: !tpc.tensor<i32, 1>)
    attributes {space = #lc.dims<1>, access = [#tpc.access<[]>, #tpc.access<[]>]} {
  %c = tpc.coord()
  %v = tpc.ld %x[%c] : !tpc.tensor<bf16, 1> -> vector<128xbf16>
  // CHECK: %[[H:.*]]:2 = tpc.cvt_up interleaved %{{.*}} : vector<128xbf16> -> vector<64xf32>, vector<64xf32>
  %h:2 = tpc.cvt_up interleaved %v : vector<128xbf16> -> vector<64xf32>, vector<64xf32>
  // CHECK: tpc.cvt_down interleaved %[[H]]#0, %[[H]]#1 : vector<64xf32>, vector<64xf32> -> vector<128xbf16>
  %n = tpc.cvt_down interleaved %h#0, %h#1 : vector<64xf32>, vector<64xf32> -> vector<128xbf16>
  tpc.st %n, %x[%c] : vector<128xbf16>, !tpc.tensor<bf16, 1>
  // CHECK: tpc.addr %{{.*}}[%{{.*}}] : !tpc.tensor<i32, 1> -> !tpc.address<i32>
  %p = tpc.addr %i[%c] : !tpc.tensor<i32, 1> -> !tpc.address<i32>
  // CHECK: tpc.ld_scalar %{{.*}} : !tpc.address<i32> -> i32
  %n0 = tpc.ld_scalar %p : !tpc.address<i32> -> i32
  // CHECK: tpc.ld_bcast %{{.*}} : !tpc.address<i32> -> vector<64xi32>
  %b = tpc.ld_bcast %p : !tpc.address<i32> -> vector<64xi32>
  // CHECK: tpc.lane_id : vector<64xi32>
  %l = tpc.lane_id : vector<64xi32>
  tpc.return
}
