// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// q = floor(x / step) as i32 and r = x - q * step; rounding by switch. step > 0.
// The last vector of a row is written by a partial store.
void main(tensor x, tensor q, tensor r, float step, float inv_step)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const int size = get_dim_size(x, 0);

    int5 c = {0};
    for (int w = s[1]; w < e[1]; w++) {
        c[1] = w;
        for (int d = s[0] * 64; d < e[0] * 64; d += 64) {
            c[0] = d;
            const int left = size - d;
            float64 v = v_f32_ld_tnsr_b(c, x);
            float64 f = v_f32_nearbyint_b(v * inv_step, SW_RD);
            int64 k = v_convert_f32_to_i32_b(f, SW_RZ);
            // v - k * step: the MAC with its product negated
            float64 rest = v_f32_mac_b(v_convert_i32_to_f32_b(k), step, v, SW_NEG);
            if (left >= 64) {
                v_i32_st_tnsr(c, q, k);
                v_f32_st_tnsr(c, r, rest);
            } else {
                v_i32_st_tnsr_partial(c, q, k, left - 1, 0);
                v_f32_st_tnsr_partial(c, r, rest, left - 1, 0);
            }
        }
    }
}
