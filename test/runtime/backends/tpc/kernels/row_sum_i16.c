// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// i32 sums of i16 rows in a pair of accumulators.
void main(tensor x, tensor sums)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const int length = get_dim_size(x, 0);
    for (int r = s[0]; r < e[0]; r++) {
        int5 c = {0};
        int128 acc = {0};
        c[1] = r;
        for (int d = 0; d < length; d += 128) {
            c[0] = d;
            short128 v = v_i16_ld_tnsr_b(c, x);
            int128 w = convert_short128_to_int128(v, SW_LINEAR);
            acc.v1 += w.v1;
            acc.v2 += w.v2;
        }
        int5 o = {0};
        o[0] = r;
        v_i32_st_tnsr_partial(o, sums, v_i32_reduce_add(acc.v1 + acc.v2), 0, 0);
    }
}
