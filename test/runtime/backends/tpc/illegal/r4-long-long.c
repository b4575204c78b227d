// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r4
// target: gaudi2
// error: line 10, "64-bit"
//
// A 64-bit integer.
void main(tensor x, tensor y, int n)
{
    int5 c = {0};
    long long offset = (long long)n * n;
    c[0] = (int)offset;
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x));
}
