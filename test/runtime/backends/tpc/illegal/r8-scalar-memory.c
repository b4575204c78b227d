// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r8
// target: gaudi
// error: line 7, "SLM"
//
// 1028 bytes where the first generation has 1024.
__local__ float table[257];
void main(tensor x, tensor y)
{
    int5 c = {0};
    for (int k = 0; k < 257; k++)
        table[k] = 1.0f;
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x) * table[256]);
}
