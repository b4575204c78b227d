// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r5
// target: gaudi
// error: line 10, "initialiser"
//
// A vector given element by element; write float64 one = 1.0f.
void main(tensor x, tensor y)
{
    int5 c = {0};
    float64 one = {1.0f};
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x) + one);
}
