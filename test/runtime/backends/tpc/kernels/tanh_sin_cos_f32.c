// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Three outputs of one input, all through the function tables.
typedef float64 vec;

static void three(vec v, int5 at, tensor t, tensor s, tensor c)
{
    v_f32_st_tnsr(at, t, v_tanh_f32(v));
    v_f32_st_tnsr(at, s, v_sin_f32(v));
    v_f32_st_tnsr(at, c, v_cos_f32(v));
}

void main(tensor in, tensor out_tanh, tensor out_sin, tensor out_cos)
{
    const int5 first = get_index_space_offset();
    const int5 count = get_index_space_size();
    int5 at = {0};

    int i = 0;
    while (i < count[0]) {
        at[0] = (first[0] + i) * 64;
        int j = 0;
        while (j < count[1]) {
            at[1] = first[1] + j;
            three(v_f32_ld_tnsr_b(at, in), at, out_tanh, out_sin, out_cos);
            j++;
        }
        i++;
    }
}
