// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r7
// target: gaudi
// error: line 7 to 18, "16"
//
// Reductions reserve the tables too.
__local__ float64 kept[100];
void main(tensor x, tensor y)
{
    int5 c = {0};
    float64 sum = 0.0f;
    for (int k = 0; k < 100; k++) {
        c[1] = k;
        kept[k] = v_f32_ld_tnsr_b(c, x);
        sum += kept[k];
    }
    sum = v_f32_reduce_add(sum);
    c[1] = 0;
    v_f32_st_tnsr(c, y, sum - kept[99]);
}
