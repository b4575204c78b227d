// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r9
// target: gaudi2
// error: line 11, "lane"
//
// One lane read into a scalar: only printf may.
void main(tensor x, tensor y)
{
    int5 c = {0};
    float64 v = v_f32_ld_tnsr_b(c, x);
    float first = v[0];
    v_f32_st_tnsr(c, y, v * first);
}
