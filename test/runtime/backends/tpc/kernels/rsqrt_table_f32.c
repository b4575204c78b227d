// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// 1 / sqrt(x), x > 0 and normal: table of 256 intervals on [1, 4), one Newton step.
enum { RSQRT_ID = 1, VARIANT_SQRT_RSQRT = 2 << 13, KEEP_BITS = 7 };

void main(tensor x, tensor y)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    for (int row = s[1]; row < e[1]; row++) {
        for (int col = s[0] * 64; col < e[0] * 64; col += 64) {
            int5 c = {0};
            c[0] = col;
            c[1] = row;
            const float64 v = v_f32_ld_tnsr_b(c, x);

            // v = z * 4^h with z in [1, 4), by integer arithmetic on the float
            const int64 raw  = as_int64(v);
            const int64 ex   = ((raw >> 23) & 0xFF) - 127;
            const int64 odd  = ex & 1;
            const int64 h    = (ex - odd) >> 1;
            const float64 z  = as_float64((raw & 0x7FFFFF) | ((odd + 127) << 23));

            uint64_float64 g = v_f32_get_lut_entry_and_interval_start_b(z, 23 - KEEP_BITS, VARIANT_SQRT_RSQRT);
            float128 none = {0};
            float64  c0 = v_f32_lookup_1c(g.v1, RSQRT_ID, 0, 0.0f);
            float128 cc = v_f32_lookup_2c(g.v1, RSQRT_ID, 0, none);
            float64  t  = z - g.v2;
            float64  r  = c0 + t * (cc.v1 + t * cc.v2);
            r = r * (1.5f - 0.5f * z * r * r);

            v_f32_st_tnsr(c, y, as_float64(as_int64(r) - (h << 23)));
        }
    }
}
