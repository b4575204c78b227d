// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r13
// target: gaudi
// error: line 10, "v_f32_frobnicate_b"
//
// No such intrinsic.
void main(tensor x, tensor y)
{
    int5 c = {0};
    v_f32_st_tnsr(c, y, v_f32_frobnicate_b(v_f32_ld_tnsr_b(c, x)));
}
