// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Five special functions of the tables, one output each.
#define FIVE(F) F(p, v_exp_f32(a)) F(q, v_pow2_f32(a)) F(r, v_log2_f32(b)) F(s, v_sqrt_f32(b)) F(t, v_div_f32(a, b))

void main(tensor A, tensor B, tensor p, tensor q, tensor r, tensor s, tensor t)
{
    int5 c = get_index_space_offset();
    const int5 end = c + get_index_space_size();
    const int first = c[0], top = c[1];
    for (int w = top; w < end[1]; w++)
    {
        for (int d = first; d < end[0]; d++)
        {
            c[0] = d * 64;
            c[1] = w;
            float64 a = v_f32_ld_tnsr_b(c, A);
            float64 b = v_f32_ld_tnsr_b(c, B);
#define WRITE(out, value) v_f32_st_tnsr(c, out, value);
            FIVE(WRITE)
#undef WRITE
        }
    }
}
