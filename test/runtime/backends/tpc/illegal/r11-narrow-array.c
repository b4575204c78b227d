// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r11
// target: gaudi2
// error: line 10, "short"
//
// An array of 16-bit scalars.
void main(tensor x, tensor y)
{
    int5 c = {0};
    short rows[4] = {3, 2, 1, 0};
    for (int k = 0; k < 4; k++) {
        c[1] = rows[k];
        v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x));
    }
}
