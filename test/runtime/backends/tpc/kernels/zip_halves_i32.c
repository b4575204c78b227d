// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Blocks of 32 elements taken in turn from a and b: y = a0 b0 a1 b1 ... along dim 0.
void main(tensor a, tensor b, tensor y)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    for (int i = s[0]; i < e[0]; i++) {
        for (int r = s[1]; r < e[1]; r++) {
            int5 part = {0};
            part[0] = 32 * i;
            part[1] = r;
            int64 v = v_i32_ld_tnsr_low_b(part, a);
            v = v_i32_ld_tnsr_high_b(part, b, 0, v);
            int5 whole = part;
            whole[0] = 64 * i;
            v_i32_st_tnsr(whole, y, v);
        }
    }
}
