// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// y[i] = x[i - shift] along dim 0, `fill` where that is outside: set_pad_value
// makes the machine do the work. shift may be negative.
void main(tensor x, tensor y, int shift, float fill)
{
    set_pad_value_float(x, fill);

    int5 s = get_index_space_offset();
    int5 e = s + get_index_space_size();
    int5 in = {0};
    int5 out = {0};
    for (int d = s[0]; d < e[0]; d++)
    {
        out[0] = d * 64;
        in[0]  = out[0] - shift;
        for (int w = s[1]; w < e[1]; w++)
        {
            in[1] = out[1] = w;
            v_f32_st_tnsr(out, y, v_f32_ld_tnsr_b(in, x));
        }
    }
}
