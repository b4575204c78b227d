// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r12
// target: gaudi
// error: line 11, "int5"
//
// Nor shifted.
void main(tensor x, tensor y)
{
    int5 c = {0};
    int5 s = get_index_space_offset();
    c = s << 6;
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x));
}
