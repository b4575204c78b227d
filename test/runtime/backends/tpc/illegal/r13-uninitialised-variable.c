// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r13
// target: gaudi
// error: line 10 to 11, "scale"
//
// A variable that is read before anything is written to it.
void main(tensor x, tensor y)
{
    int5 c = {0};
    float scale;
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x) * scale);
}
