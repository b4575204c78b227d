// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The inverse: alternate blocks of 32 elements go to lo and hi; hi is negated.
void main(tensor y, tensor lo, tensor hi)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    int5 whole = {0};
    int5 part = {0};
    int r = s[1];
    do {
        whole[1] = part[1] = r;
        int i = s[0];
        do {
            whole[0] = i << 6;
            part[0] = i << 5;
            float64 v = v_f32_ld_tnsr_b(whole, y);
            v_f32_st_tnsr_low(part, lo, v);
            v_f32_st_tnsr_high(part, hi, -v);
        } while (++i < e[0]);
    } while (++r < e[1]);
}
