// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r6
// target: gaudi
// error: line 11, "v_f32_madd_b"
//
// The multiply-add with its own destination came with gaudi2.
void main(tensor x, tensor y, float a, float b)
{
    int5 c = {0};
    float64 v = v_f32_ld_tnsr_b(c, x);
    v = v_f32_madd_b(v, a, b);
    v_f32_st_tnsr(c, y, v);
}
