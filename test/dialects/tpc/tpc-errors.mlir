// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt %s --split-input-file --verify-diagnostics

// tensor_c1
// expected-error @+1 {{expected an element type of the machine, found 'f64'}}
func.func private @tensor_c1(!tpc.tensor<f64, 2>)

// -----

// tensor_c2
// expected-error @+1 {{expected a rank from 1 to 5, found 6}}
func.func private @tensor_c2(!tpc.tensor<f32, 6>)

// -----

// expected-error @+1 {{expected tensors before scalars}}
tpc.kernel @kernel_c1(%a: f32, %x: !tpc.tensor<f32, 1>)
    attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  tpc.return
}

// -----

// expected-error @+1 {{expected scalars of type i32 or f32, found 'i64'}}
tpc.kernel @kernel_c1(%x: !tpc.tensor<f32, 1>, %a: i64)
    attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  tpc.return
}

// -----

!t = !tpc.tensor<f32, 1>
#a = #tpc.access<[]>
// expected-error @+1 {{expected at most 16 tensors, found 17}}
tpc.kernel @kernel_c1(%0: !t, %1: !t, %2: !t, %3: !t, %4: !t, %5: !t, %6: !t, %7: !t, %8: !t, %9: !t, %10: !t,
                              %11: !t, %12: !t, %13: !t, %14: !t, %15: !t, %16: !t)
    attributes {space = #lc.dims<1>, access = [#a, #a, #a, #a, #a, #a, #a, #a, #a, #a, #a, #a, #a, #a, #a, #a, #a]} {
  tpc.return
}

// -----

// expected-error @+1 {{expected at most 32 scalars, found 33}}
tpc.kernel @kernel_c1(%0: i32, %1: i32, %2: i32, %3: i32, %4: i32, %5: i32, %6: i32, %7: i32, %8: i32, %9: i32,
                              %10: i32, %11: i32, %12: i32, %13: i32, %14: i32, %15: i32, %16: i32, %17: i32,
                              %18: i32, %19: i32, %20: i32, %21: i32, %22: i32, %23: i32, %24: i32, %25: i32,
                              %26: i32, %27: i32, %28: i32, %29: i32, %30: i32, %31: i32, %32: i32)
    attributes {space = #lc.dims<1>, access = []} {
  tpc.return
}

// -----

// expected-error @+1 {{expected an index space of 1 to 5 dimensions}}
tpc.kernel @kernel_c2() attributes {space = #lc.dims<>, access = []} {
  tpc.return
}

// -----

// expected-error @+1 {{expected 1 access patterns, found 0}}
tpc.kernel @kernel_c3(%x: !tpc.tensor<f32, 1>) attributes {space = #lc.dims<1>, access = []} {
  tpc.return
}

// -----

// expected-error @+1 {{tensor 0: expected 2 ranges, found 1}}
tpc.kernel @kernel_c3(%x: !tpc.tensor<f32, 2>)
    attributes {space = #lc.dims<1>, access = [#tpc.access<[<0 : 64, 0, 63>]>]} {
  tpc.return
}

// -----

// expected-error @+1 {{tensor 0: the index space has no dimension 1}}
tpc.kernel @kernel_c3(%x: !tpc.tensor<f32, 1>)
    attributes {space = #lc.dims<1>, access = [#tpc.access<[<1 : 64, 0, 63>]>]} {
  tpc.return
}

// -----

// expected-error @+1 {{expected no results}}
tpc.kernel @kernel_c4() -> i32 attributes {space = #lc.dims<1>, access = []} {
  tpc.return
}

// -----

tpc.kernel @coord() attributes {space = #lc.dims<1>, access = []} {
  %i = arith.constant 0 : i32
  // expected-error @+1 {{expected at most 5 coordinates, found 6}}
  %c = tpc.coord(%i, %i, %i, %i, %i, %i)
  tpc.return
}

// -----

tpc.kernel @ld_c1(%x: !tpc.tensor<f32, 1>) attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  %c = tpc.coord()
  // expected-error @+1 {{expected elements of type 'f32', found 'i32'}}
  %v = tpc.ld %x[%c] : !tpc.tensor<f32, 1> -> vector<64xi32>
  tpc.return
}

// -----

tpc.kernel @st_c1(%x: !tpc.tensor<f32, 1>) attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  %c = tpc.coord()
  %v = tpc.lane_id : vector<64xi32>
  // expected-error @+1 {{expected elements of type 'f32', found 'i32'}}
  tpc.st %v, %x[%c] : vector<64xi32>, !tpc.tensor<f32, 1>
  tpc.return
}

// -----

tpc.kernel @addr_c1(%x: !tpc.tensor<f32, 1>) attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  %c = tpc.coord()
  // expected-error @+1 {{expected elements of type 'f32', found 'i32'}}
  %p = tpc.addr %x[%c] : !tpc.tensor<f32, 1> -> !tpc.address<i32>
  tpc.return
}

// -----

tpc.kernel @special_c1(%x: !tpc.tensor<f32, 1>) attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  %c = tpc.coord()
  %v = tpc.ld %x[%c] : !tpc.tensor<f32, 1> -> vector<64xf32>
  // expected-error @+1 {{expected two operands, found 1}}
  %0 = tpc.special pow %v : vector<64xf32>
  tpc.return
}

// -----

tpc.kernel @cvt_up_c1(%x: !tpc.tensor<bf16, 1>) attributes {space = #lc.dims<1>, access = [#tpc.access<[]>]} {
  %c = tpc.coord()
  %v = tpc.ld %x[%c] : !tpc.tensor<bf16, 1> -> vector<128xbf16>
  // expected-error @+1 {{expected 128 lanes together, found 64}}
  %0 = tpc.cvt_up linear %v : vector<128xbf16> -> vector<64xf32>
  tpc.return
}

// -----

tpc.kernel @cvt_down_c1(%x: !tpc.tensor<f32, 1>, %i: !tpc.tensor<i32, 1>)
    attributes {space = #lc.dims<1>, access = [#tpc.access<[]>, #tpc.access<[]>]} {
  %c = tpc.coord()
  %v = tpc.ld %x[%c] : !tpc.tensor<f32, 1> -> vector<64xf32>
  %w = tpc.ld %i[%c] : !tpc.tensor<i32, 1> -> vector<64xi32>
  // expected-error @+1 {{expected registers of one type, found 'vector<64xf32>' and 'vector<64xi32>'}}
  %0 = tpc.cvt_down linear %v, %w : vector<64xf32>, vector<64xi32> -> vector<128xbf16>
  tpc.return
}
