// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r1
// target: gaudi2
// error: line 12, "f16"
//
// Division of f16 vectors, as a compound assignment.
void main(tensor x, tensor y)
{
    int5 c = {0};
    c[0] = get_index_space_offset()[0] * 128;
    half128 v = v_f16_ld_tnsr_b(c, x);
    v /= v_f16_ld_tnsr_b(c, y);
    v_f16_st_tnsr(c, y, v);
}
