// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The descriptor's pad value marks missing elements: replace them by `fill` and
// count the others. Lanes past the end read the pad, so they count as missing.
void main(tensor x, tensor y, tensor present, float fill)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const int n  = get_dim_size(x, 0);
    const float missing = get_pad_value_float(x);

    int5 c = {0};
    int5 o = {0};
    for (int r = s[0]; r < e[0]; r++)
    {
        c[1] = r;
        int64 seen = 0;
        for (c[0] = 0; c[0] < n; c[0] += 64)
        {
            float64 v = v_f32_ld_tnsr_b(c, x);
            bool64 there = v_f32_cmp_neq_b(v, missing);
            float64 out = fill;
            out = v_f32_mov_vb(v, 0, out, there);
            seen = v_i32_add_vb(seen, 1, 0, seen, there);
            v_f32_st_tnsr(c, y, out);
        }
        o[0] = r;
        v_i32_st_tnsr_partial(o, present, v_i32_reduce_add(seen), 0, 0);
    }
}
