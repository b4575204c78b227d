// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r7
// target: gaudi2
// error: line 7 to 18, "16"
//
// 65 vectors of local memory and a function that needs the tables.
__local__ float64 kept[65];
void main(tensor x, tensor y)
{
    int5 c = {0};
    for (int k = 0; k < 65; k++) {
        c[1] = k;
        kept[k] = v_f32_ld_tnsr_b(c, x);
    }
    for (int k = 0; k < 65; k++) {
        c[1] = 64 - k;
        v_f32_st_tnsr(c, y, v_tanh_f32(kept[k]));
    }
}
