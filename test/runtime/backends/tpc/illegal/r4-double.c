// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r4
// target: gaudi2
// error: line 10, "double"
//
// A scalar in double precision.
void main(tensor x, tensor y, float alpha)
{
    int5 c = {0};
    double half_alpha = alpha * 0.5f;
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x) * (float)half_alpha);
}
