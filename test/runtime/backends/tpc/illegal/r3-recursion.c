// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r3
// target: gaudi
// error: line 9, "power"
//
// A helper that calls itself. An error on the call or on the declaration is right.
static float power(float b, int n)
{
    return n == 0 ? 1.0f : b * power(b, n - 1);
}
void main(tensor x, tensor y, float b, int n)
{
    int5 c = {0};
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x) * power(b, n));
}
