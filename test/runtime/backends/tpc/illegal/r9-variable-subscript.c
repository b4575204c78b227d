// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r9
// target: gaudi2
// error: line 13, "subscript"
//
// A subscript that is not constant, even for printf.
#pragma tpc_printf(enable)
void main(tensor x, tensor y)
{
    int5 c = {0};
    float64 v = v_f32_ld_tnsr_b(c, x);
    for (int k = 0; k < 4; k++)
        printf("%f\n", v[k]);
    v_f32_st_tnsr(c, y, v);
}
