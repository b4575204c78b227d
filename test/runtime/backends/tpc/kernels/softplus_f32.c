// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)); no function table is used.
static inline float64 softplus(float64 x)
{
    float64 t = v_exp_cephes_f32(-v_f32_abs_b(x));
    return v_f32_max_b(x, 0.0f) + v_log_f32(t + 1.0f);
}

void main(tensor X, tensor Y)
{
    int5 begin = get_index_space_offset();
    int5 end   = begin + get_index_space_size();

    // two vectors of dim 0 per member, by hand
    for (int k = begin[0]; k < end[0]; ++k)
    {
        int5 c0 = {0};
        int5 c1 = {0};
        c0[0] = k * 128;
        c1[0] = k * 128 + 64;
        for (int r = begin[1]; r < end[1]; ++r)
        {
            c0[1] = r;
            c1[1] = r;
            float64 x0 = v_f32_ld_tnsr_b(c0, X);
            float64 x1 = v_f32_ld_tnsr_b(c1, X);
            float64 y0 = softplus(x0);
            float64 y1 = softplus(x1);
            v_f32_st_tnsr(c0, Y, y0);
            v_f32_st_tnsr(c1, Y, y1);
        }
    }
}
