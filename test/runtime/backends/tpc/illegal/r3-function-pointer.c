// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r3
// target: gaudi
// error: line 10, "pointer"
//
// A pointer to a helper.
static float64 twice(float64 v) { return v + v; }
void main(tensor x, tensor y)
{
    float64 (*f)(float64) = twice;
    int5 c = {0};
    v_f32_st_tnsr(c, y, f(v_f32_ld_tnsr_b(c, x)));
}
