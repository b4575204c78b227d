// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r11
// target: gaudi2
// error: line 7, "char"
//
// An array of bytes in local memory.
__local__ char flags[16];
void main(tensor x, tensor y)
{
    int5 c = {0};
    for (int k = 0; k < 16; k++)
        flags[k] = 1;
    c[1] = flags[3];
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x));
}
