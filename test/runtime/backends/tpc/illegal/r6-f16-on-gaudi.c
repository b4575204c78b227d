// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r6
// target: gaudi
// error: line 10, "f16"
//
// The first generation has no f16. An error at the type, too, is right: same line.
void main(tensor x, tensor y)
{
    int5 c = {0};
    half128 v = v_f16_ld_tnsr_b(c, x);
    v_f16_st_tnsr(c, y, v);
}
