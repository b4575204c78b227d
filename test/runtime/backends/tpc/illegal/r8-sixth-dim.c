// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r8
// target: gaudi2
// error: line 10, "5"
//
// Coordinates have five elements.
void main(tensor x, tensor y)
{
    int5 c = {0};
    c[5] = get_index_space_offset()[0];
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x));
}
