// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r1
// target: gaudi2
// error: line 13, "bf16"
//
// Division of bf16 vectors.
void main(tensor x, tensor y)
{
    int5 c = {0};
    c[0] = get_index_space_offset()[0] * 128;
    bfloat128 v = v_bf16_ld_tnsr_b(c, x);
    bfloat128 three = 3;
    v = v / three;
    v_bf16_st_tnsr(c, y, v);
}
