// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r14
// target: gaudi2
// error: line 11 to 12, "pipelined"
//
// A pipelined loop inside a loop nest.
void main(tensor x, tensor y)
{
    int5 c = {0};
    for (int d = 0; d < 2; d++) {
        #pragma loop_unroll(4) pipelined
        for (int w = 0; w < 16; w++) {
            c[0] = d * 64;
            c[1] = w;
            v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x));
        }
    }
}
