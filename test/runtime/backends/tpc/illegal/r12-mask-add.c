// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r12
// target: gaudi2
// error: line 13, "bool64"
//
// Masks can be joined by &, not added.
void main(tensor x, tensor y)
{
    int5 c = {0};
    float64 v = v_f32_ld_tnsr_b(c, x);
    bool64 a = v_f32_cmp_grt_b(v, 1.0f);
    bool64 b = v_f32_cmp_less_b(v, 0.0f);
    bool64 either = a + b;
    v_f32_st_tnsr(c, y, v_f32_mov_vb(v, 0, 0.0f, either));
}
