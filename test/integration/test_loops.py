# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Loops whose tensors share memory: what a round reads must still be there."""
import numpy as np

LOOP = """
func.func @forward(%x: tensor<3x2xf32> {lc.name = "x"}) -> (tensor<3x2xf32> {lc.name = "left"}, tensor<1x2xf32> {lc.name = "sum"}) {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %c3 = arith.constant 3 : i64
  %zero = lc.full 0.0 : f32 : tensor<1x2xf32>
  %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%left = %x, %sum = %zero) -> (tensor<3x2xf32>, tensor<1x2xf32>) : i64 {
    %p = lc.scalar %i : i64 -> tensor<i64>
    %u = lc.dynamic_update_slice %left, %zero, %p {dim = 0 : i64} : (tensor<3x2xf32>, tensor<1x2xf32>, tensor<i64>) -> tensor<3x2xf32>
    %s = lc.dynamic_slice %left, %p {dim = 0 : i64} : (tensor<3x2xf32>, tensor<i64>) -> tensor<1x2xf32>
    %t = lc.add %sum, %s : tensor<1x2xf32>
    scf.yield %u, %t : tensor<3x2xf32>, tensor<1x2xf32>
  }
  return %r#0, %r#1 : tensor<3x2xf32>, tensor<1x2xf32>
}
"""


def test_rounds_read_what_the_loop_began_with(tools, tmp_path):
    """%zero is where the sum begins and is written in every round."""
    (tmp_path / "m.mlir").write_text(LOOP)
    tools.compile(tmp_path / "m.mlir", "-o", tmp_path / "m.so")
    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.save(tmp_path / "x.npy", x)
    outputs = [f"--output={name}={tmp_path}/{name}.npy" for name in ("left", "sum")]
    result = tools.run("lcompile-run", tmp_path / "m.so", f"--input=x=@{tmp_path}/x.npy", *outputs)
    assert result.returncode == 0, result.stderr
    assert np.array_equal(np.load(tmp_path / "left.npy"), np.zeros((3, 2)))
    assert np.array_equal(np.load(tmp_path / "sum.npy"), x.sum(0, keepdims=True))
