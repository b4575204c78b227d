// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r8
// target: gaudi2
// error: line 7, "VLM"
//
// 321 vectors: one more than the local memory holds.
__local__ float64 kept[321];
void main(tensor x, tensor y)
{
    int5 c = {0};
    for (int k = 0; k < 321; k++) {
        c[1] = k;
        kept[k] = v_f32_ld_tnsr_b(c, x);
    }
    for (int k = 0; k < 321; k++) {
        c[1] = k;
        v_f32_st_tnsr(c, y, kept[320 - k]);
    }
}
