// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Nearest rows: out[w] = x[min(floor(w * ratio), last)].
void main(tensor x, tensor out, float ratio, int last, int rows)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    int5 from = {0}, to = {0};
    for (int w = s[1]; w < e[1] && w < rows; w++)
    {
        int row = s_convert_f32_to_i32((float)w * ratio, SW_RD);
        if (row > last)
            row = last;
        from[1] = row;
        to[1] = w;
        for (int d = s[0]; d < e[0]; d++)
        {
            from[0] = to[0] = d * 64;
            v_f32_st_tnsr(to, out, v_f32_ld_tnsr_b(from, x));
        }
    }
}
