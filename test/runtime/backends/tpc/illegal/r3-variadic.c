// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r3
// target: gaudi
// error: line 7, "variadic"
//
// A variadic helper.
static int first(int a, ...) { return a; }
void main(tensor x, tensor y)
{
    int5 c = {0};
    c[1] = first(0, 1, 2);
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x));
}
