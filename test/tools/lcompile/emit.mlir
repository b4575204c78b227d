// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile %s --emit=lc --cpu=x86-64-v3 2>&1 | FileCheck %s --check-prefix=LC
// RUN: lcompile %s --emit=llvm --cpu=x86-64-v3 | FileCheck %s --check-prefix=LLVM
// RUN: lcompile %s --emit=asm --cpu=x86-64-v3 | FileCheck %s --check-prefix=ASM
// RUN: lcompile %s --emit=plan --cpu=x86-64-v3 | FileCheck %s --check-prefix=PLAN
// RUN: rm -rf %t && mkdir %t
// RUN: lcompile %s --cpu=x86-64-v3 -o %t/m.o && llvm-readelf -h -s %t/m.o | FileCheck %s --check-prefix=OBJ
// RUN: lcompile %s --cpu=x86-64-v3 -o %t/m.so && llvm-readelf -h --dyn-symbols %t/m.so | FileCheck %s --check-prefix=SO
// RUN: lcompile %s --cpu=x86-64-v3 -o %t/m && %t/m --info | FileCheck %s --check-prefix=EXE
// RUN: ls %t | FileCheck %s --check-prefix=FILES
// RUN: lcompile %s --emit=plan -o %t/plan.txt && FileCheck %s --check-prefix=PLAN < %t/plan.txt
// RUN: not lcompile %s --emit=linalg 2>&1 | FileCheck %s --check-prefix=LATER
// RUN: not lcompile %s --emit=tpc-c 2>&1 | FileCheck %s --check-prefix=LATER
// RUN: not lcompile %s --emit=sdaa-c 2>&1 | FileCheck %s --check-prefix=LATER
// RUN: not lcompile %s --emit=onnx 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: not lcompile %s --emit=so -o - 2>&1 | FileCheck %s --check-prefix=OUT
// RUN: not lcompile %s --emit=so --stop-after=optimize 2>&1 | FileCheck %s --check-prefix=STOP
// RUN: not lcompile %s --emit=asm -o /dev/full 2>&1 | FileCheck %s --check-prefix=FULL
// RUN: test -c /dev/full

// LC:    lcompile: warning: --cpu has no effect before stage partition
// LC:    func.func @forward
// LC:      lc.softmax
// LLVM:  define {{.*}}i32 @forward_run(
// ASM:   forward_run:
// ASM:   ret
// PLAN:      plan of 'emit'
// PLAN:      weights: 0 bytes in 0 tensors
// PLAN:      function forward
// PLAN:        input  x: batchx16xf32
// PLAN:        output y: batchx16xf32
// PLAN:        size   batch: 1..8
// PLAN:        arena: batch*64 bytes; 512 at the upper bounds, at most 512 live at once
// PLAN:          slot {{ *}}offset {{ *}}bytes  steps {{ *}}formula
// PLAN-NEXT:     0 {{ *}}0 {{ *}}512  {{[0-9]+\.\.[0-9]+}} {{ *}}batch*64
// PLAN:        kernels
// PLAN:          step {{[0-9]+}}: {{.+}} (cpu-codegen) x -> slot 0
// PLAN:            computes {{.*}}exp
// PLAN:            from emit.mlir:
// PLAN:          step {{[0-9]+}}: {{.+}} (cpu-library) slot 0, w -> y
// PLAN:            computes matmul
// OBJ:   Type: REL
// OBJ:   lc_executable_query
// SO:    Type: DYN
// SO:    lc_executable_query
// EXE:   emit: artefact
// EXE:   size    batch: 1..8
// FILES:      m
// FILES-NEXT: m.h
// FILES-NEXT: m.o
// FILES-NEXT: m.so
// FILES-NOT:  {{.}}
// LATER: lcompile: error: --emit={{linalg|tpc-c|sdaa-c}} is not there yet: {{.*}}use one of so, exe, obj, lc, llvm, asm, plan
// KIND:  lcompile: error: unknown kind 'onnx', expected one of so, exe, obj, lc, llvm, asm, plan
// OUT:   lcompile: error: --emit=so cannot go to the standard output; use -o
// STOP:  lcompile: error: --emit=so needs all stages, but --stop-after=optimize leaves some out; use --emit=lc
// FULL:  lcompile: error: cannot write '/dev/full': No space left on device
func.func @forward(%x: tensor<?x16xf32, #lc.dims<s0, 16>> {lc.name = "x"}, %w: tensor<16x16xf32> {lc.name = "w"})
    -> (tensor<?x16xf32, #lc.dims<s0, 16>> {lc.name = "y"}) attributes {lc.symbols = [#lc.symbol<"batch", 1, 8>]} {
  %0 = lc.softmax %x {dim = 1 : i64} : (tensor<?x16xf32, #lc.dims<s0, 16>>) -> tensor<?x16xf32, #lc.dims<s0, 16>>
  %1 = lc.matmul %0, %w : (tensor<?x16xf32, #lc.dims<s0, 16>>, tensor<16x16xf32>) -> tensor<?x16xf32, #lc.dims<s0, 16>>
  return %1 : tensor<?x16xf32, #lc.dims<s0, 16>>
}
