// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: lcompile-opt --lc-verify-gate=stage=lower --split-input-file --verify-diagnostics %s

llvm.func @good(%x: i64) -> i64 {
  llvm.return %x : i64
}

// -----

// expected-error @+1 {{'func.func' op is not legal after stage 'lower'; convert-func-to-llvm removes it}}
func.func @function() {
  return
}

// -----

llvm.func @cast(%x: i64) {
  // expected-error @+1 {{'builtin.unrealized_conversion_cast' op is not legal after stage 'lower'; reconcile-unrealized-casts removes it}}
  %0 = builtin.unrealized_conversion_cast %x : i64 to index
  llvm.return
}

// -----

llvm.func @program(%call: !llvm.ptr) {
  // expected-error @+1 {{'rt.input' op is not legal after stage 'lower'; lc-convert-rt-to-llvm removes it}}
  %0 = rt.input 0
  llvm.return
}
