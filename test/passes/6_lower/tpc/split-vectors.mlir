// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --pass-pipeline="builtin.module(tpc.kernel(lc-split-tpc-vectors))" %s | FileCheck %s
// RUN: lcompile-opt --lc-split-tpc-vectors %s

// All memory is as narrow as the chunk is long: every second element in a register.
// CHECK-LABEL: tpc.kernel @narrow(
tpc.kernel @narrow(%x: !tpc.tensor<bf16, 1>) attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  %c = tpc.coord()
  %v = tpc.ld %x[%c] : !tpc.tensor<bf16, 1> -> vector<128xbf16>
  // CHECK: %[[W:.*]]:2 = tpc.cvt_up{{ +}}interleaved %{{.*}} : vector<128xbf16> -> vector<64xf32>, vector<64xf32>
  %w = arith.extf %v : vector<128xbf16> to vector<128xf32>
  // CHECK: %[[A:.*]] = arith.addf %[[W]]#0, %[[W]]#0 : vector<64xf32>
  // CHECK: %[[B:.*]] = arith.addf %[[W]]#1, %[[W]]#1 : vector<64xf32>
  %s = arith.addf %w, %w : vector<128xf32>
  // CHECK: tpc.cvt_down{{ +}}interleaved %[[A]], %[[B]] : vector<64xf32>, vector<64xf32> -> vector<128xbf16>
  %n = arith.truncf %s : vector<128xf32> to vector<128xbf16>
  tpc.st %n, %x[%c] : vector<128xbf16>, !tpc.tensor<bf16, 1>
  tpc.return
}

// f32 in memory as well: consecutive elements, two loads.
// CHECK-LABEL: tpc.kernel @mixed(
// CHECK-SAME:    %[[X:.*]]: !tpc.tensor<f32, 1>, %[[Y:.*]]: !tpc.tensor<bf16, 1>, %[[I:.*]]: i32
tpc.kernel @mixed(%x: !tpc.tensor<f32, 1>, %y: !tpc.tensor<bf16, 1>, %i: i32)
    attributes {space = #lc.dims<1>, access = [#tpc.access<[]>, #tpc.access<[]>]} {
  %c = tpc.coord(%i)
  // CHECK: %[[C:.*]] = tpc.coord(%[[I]])
  // CHECK: %[[V:.*]] = tpc.ld %[[X]][%[[C]]] : !tpc.tensor<f32, 1> -> vector<64xf32>
  // CHECK: %[[J:.*]] = arith.addi %[[I]], %{{.*}} : i32
  // CHECK: %[[D:.*]] = tpc.coord(%[[J]])
  // CHECK: %[[W:.*]] = tpc.ld %[[X]][%[[D]]] : !tpc.tensor<f32, 1> -> vector<64xf32>
  %v = tpc.ld %x[%c] : !tpc.tensor<f32, 1> -> vector<128xf32>
  // CHECK: tpc.cvt_down{{ +}}linear %[[V]], %[[W]]
  %n = arith.truncf %v : vector<128xf32> to vector<128xbf16>
  tpc.st %n, %y[%c] : vector<128xbf16>, !tpc.tensor<bf16, 1>
  tpc.return
}

// Registers are combined first; loops carry all of them; element numbers follow the order.
// CHECK-LABEL: tpc.kernel @carried(
tpc.kernel @carried(%x: !tpc.tensor<bf16, 1>, %n: i32) attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  %zero = arith.constant 0 : i32
  %step = arith.constant 128 : i32
  %start = arith.constant dense<0.0> : vector<128xf32>
  // CHECK: tpc.lane_id
  // CHECK: arith.muli
  // CHECK: arith.addi
  %lane = tpc.lane_id : vector<128xi32>
  %end = vector.broadcast %n : i32 to vector<128xi32>
  // CHECK: %[[R:.*]]:2 = scf.for {{.*}} -> (vector<64xf32>, vector<64xf32>)
  %r = scf.for %i = %zero to %n step %step iter_args(%t = %start) -> (vector<128xf32>) : i32 {
    %c = tpc.coord(%i)
    %v = tpc.ld %x[%c] : !tpc.tensor<bf16, 1> -> vector<128xbf16>
    %w = arith.extf %v : vector<128xbf16> to vector<128xf32>
    %m = arith.cmpi slt, %lane, %end : vector<128xi32>
    %k = arith.select %m, %w, %start : vector<128xi1>, vector<128xf32>
    %u = arith.addf %t, %k : vector<128xf32>
    scf.yield %u : vector<128xf32>
  }
  // CHECK: %[[T:.*]] = arith.addf %[[R]]#0, %[[R]]#1
  // CHECK: tpc.reduce{{ +}}add %[[T]] : vector<64xf32>
  %total = tpc.reduce add %r : vector<128xf32>
  %b = arith.truncf %total : vector<128xf32> to vector<128xbf16>
  %one = arith.constant 1 : i32
  %c = tpc.coord()
  tpc.st %b, %x[%c] count %one : vector<128xbf16>, !tpc.tensor<bf16, 1>
  tpc.return
}

// Masks select 32 bits: as bytes they are narrowed.
// CHECK-LABEL: tpc.kernel @mask(
tpc.kernel @mask(%x: !tpc.tensor<f32, 1>, %y: !tpc.tensor<i8, 1>)
    attributes {space = #lc.dims<1>, access = [#tpc.access<[]>, #tpc.access<[]>]} {
  %c = tpc.coord()
  %v = tpc.ld %x[%c] : !tpc.tensor<f32, 1> -> vector<256xf32>
  %zero = arith.constant dense<0.0> : vector<256xf32>
  // CHECK-COUNT-4: arith.cmpf
  %m = arith.cmpf olt, %v, %zero : vector<256xf32>
  // CHECK-COUNT-4: arith.extui %{{.*}} : vector<64xi1> to vector<64xi32>
  // CHECK: tpc.cvt_down{{ +}}linear %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : {{.*}} -> vector<256xi8>
  %b = arith.extui %m : vector<256xi1> to vector<256xi8>
  tpc.st %b, %y[%c] : vector<256xi8>, !tpc.tensor<i8, 1>
  tpc.return
}
