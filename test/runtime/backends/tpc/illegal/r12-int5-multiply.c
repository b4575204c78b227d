// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r12
// target: gaudi
// error: line 9, "int5"
//
// Coordinates can be added, not multiplied.
void main(tensor x, tensor y)
{
    int5 c = get_index_space_offset() * 4;
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x));
}
