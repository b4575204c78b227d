// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-convert-tpc-to-emitc %s | FileCheck %s

// CHECK-LABEL: emitc.func @k(
// CHECK-SAME:    %[[X:.*]]: !emitc.opaque<"tensor"> {tpc.sizes = #{{.*}}}, %[[N:.*]]: !emitc.opaque<"int">)
// CHECK-SAME:    tpc.kernel = {access = [#tpc.access<[]>], space = #{{.*}}}
tpc.kernel @k(%x: !tpc.tensor<bf16, 1> {tpc.sizes = #lc.dims<128>}, %n: i32)
    attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  // CHECK: %[[O:.*]] = call_opaque "get_index_space_offset"() : () -> !emitc.opaque<"int5">
  %o = tpc.index_offset
  // CHECK: subscript %[[O]]
  %i = tpc.coord_get %o[0]
  // CHECK: %[[C:.*]] = call_opaque "at2"(%{{.*}}, %[[N]])
  %c = tpc.coord(%i, %n)
  // CHECK: %[[V:.*]] = call_opaque "v_bf16_ld_tnsr_b"(%[[C]], %[[X]])
  %v = tpc.ld %x[%c] : !tpc.tensor<bf16, 1> -> vector<128xbf16>
  // CHECK: call_opaque "v_convert_bf16_to_f32_all_b"(%[[V]]) : (!emitc.opaque<"bfloat128">) -> !emitc.opaque<"float128">
  // CHECK: member = "v1"
  // CHECK: %[[F:.*]] = load
  // CHECK: member = "v2"
  %w:2 = tpc.cvt_up interleaved %v : vector<128xbf16> -> vector<64xf32>, vector<64xf32>
  // CHECK: %[[M:.*]] = call_opaque "v_f32_cmp_less_b"(%[[F]], %{{.*}}) : {{.*}} -> !emitc.opaque<"bool64">
  %m = arith.cmpf olt, %w#0, %w#1 : vector<64xf32>
  // CHECK: call_opaque "v_f32_mov_vb"(%{{.*}}, %{{.*}}, %{{.*}}, %[[M]])
  %s = arith.select %m, %w#0, %w#1 : vector<64xi1>, vector<64xf32>
  // CHECK: call_opaque "v_sqrt_f32"
  %q = tpc.special sqrt %s : vector<64xf32>
  // CHECK: call_opaque "v_f32_reduce_max"
  %r = tpc.reduce max %q : vector<64xf32>
  // CHECK: call_opaque "join_float128"
  // CHECK: call_opaque "v_convert_f32_to_bf16_all_b"
  %b = tpc.cvt_down interleaved %r, %q : vector<64xf32>, vector<64xf32> -> vector<128xbf16>
  // CHECK: sub
  // CHECK: call_opaque "v_bf16_st_tnsr_partial"(%[[C]], %[[X]], %{{.*}}, %{{.*}}, %{{.*}})
  tpc.st %b, %x[%c] count %n : vector<128xbf16>, !tpc.tensor<bf16, 1>
  // CHECK: return
  tpc.return
}

// An infinity has no name; a scalar condition is an expression; loops stay loops.
// CHECK-LABEL: emitc.func @loop(
tpc.kernel @loop(%x: !tpc.tensor<f32, 1>, %n: i32) attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  %zero = arith.constant 0 : i32
  %step = arith.constant 64 : i32
  // CHECK: literal "as_float64((int64)(-8388608))" : !emitc.opaque<"float64">
  %low = arith.constant dense<0xFF800000> : vector<64xf32>
  // CHECK: %[[LESS:.*]] = cmp lt
  // CHECK: conditional %[[LESS]]
  %end = arith.minsi %n, %step : i32
  // CHECK: for %{{.*}} =
  %r = scf.for %i = %zero to %end step %step iter_args(%t = %low) -> (vector<64xf32>) : i32 {
    %c = tpc.coord(%i)
    // CHECK: call_opaque "gen_addr"
    // CHECK: call_opaque "v_f32_ld_g"
    %p = tpc.addr %x[%c] : !tpc.tensor<f32, 1> -> !tpc.address<f32>
    %v = tpc.ld_bcast %p : !tpc.address<f32> -> vector<64xf32>
    // CHECK: call_opaque "v_f32_mac_b"
    %f = math.fma %v, %v, %t : vector<64xf32>
    scf.yield %f : vector<64xf32>
  }
  %c = tpc.coord()
  // CHECK: call_opaque "v_f32_st_tnsr"
  tpc.st %r, %x[%c] : vector<64xf32>, !tpc.tensor<f32, 1>
  tpc.return
}
