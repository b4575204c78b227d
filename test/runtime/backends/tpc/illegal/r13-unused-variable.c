// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r13
// target: gaudi
// error: line 10, "leftover"
//
// A variable nobody reads.
void main(tensor x, tensor y)
{
    int5 c = {0};
    int leftover;
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x));
}
