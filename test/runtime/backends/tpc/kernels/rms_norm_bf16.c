// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// y = x / sqrt(mean(x^2) + eps) * w along dim 0, bf16 with f32 inside.
// After the up-conversion v1 has the even elements and v2 the odd ones, so
// the two tail masks differ. The pad value of x is arbitrary on purpose.
void main(tensor x, tensor w, tensor y, int n, float eps)
{
    const int5 from = get_index_space_offset();
    const int5 upto = from + get_index_space_size();

    const int64 even = (int64)V_LANE_ID_32 * 2;
    const int64 odd  = even + 1;

    for (int h = from[1]; h < upto[1]; h++)
    {
        int5 c  = {0};
        int5 cw = {0};
        c[1] = h;

        float128 acc = {0};
        for (int d = 0; d < n; d += 128)
        {
            c[0] = d;
            float128 f = v_convert_bf16_to_f32_all_b(v_bf16_ld_tnsr_b(c, x));
            bool64 me = v_i32_cmp_less_b(even, n - d);
            bool64 mo = v_i32_cmp_less_b(odd, n - d);
            acc.v1 = v_f32_mac_vb(f.v1, f.v1, acc.v1, 0, me);
            acc.v2 = v_f32_mac_vb(f.v2, f.v2, acc.v2, 0, mo);
        }
        float64 ss  = v_f32_reduce_add(acc.v1 + acc.v2);
        float64 inv = v_rsqrt_f32(ss * v_reciprocal_f32((float)n) + eps);

        for (int d = 0; d < n; d += 128)
        {
            c[0]  = d;
            cw[0] = d;
            float128 f = v_convert_bf16_to_f32_all_b(v_bf16_ld_tnsr_b(c, x));
            float128 g = v_convert_bf16_to_f32_all_b(v_bf16_ld_tnsr_b(cw, w));
            f.v1 *= inv * g.v1;
            f.v2 *= inv * g.v2;
            v_bf16_st_tnsr(c, y, v_convert_f32_to_bf16_all_b(f, SW_RHNE));
        }
    }
}
