// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* 1 / x from the raw function table of the reciprocal: range reduction, table entry,
 * quadratic, exponent back, special values. */

#define RCP_TABLE   129
#define EXP_IS_NUM  (1 << 11)
#define FORCE_SIGN0 (1 << 9)
#define SIGN_BIT    0x80000000u

static float64 recip(float64 x)
{
    /* x = +-m * 2^e, m in [1, 2): exponent of 1.0, mantissa of x */
    float64 m = v_f32_form_fp_num_b(1.0f, x, x, EXP_IS_NUM | FORCE_SIGN0);
    int64   e = v_f32_extract_exp_b(x, 0);

    /* 128 intervals: the entry is the top 7 = 23 - 16 bits of the mantissa */
    uint64_float64 lut = v_f32_get_lut_entry_and_interval_start_b(m, 16, 0);
    float64  t   = m - lut.v2;
    float128 c12 = {0};
    float64  c0  = 0;
    c0  = v_f32_lookup_1c(lut.v1, RCP_TABLE, 0, c0);
    c12 = v_f32_lookup_2c(lut.v1, RCP_TABLE, 0, c12);
    float64 p = v_f32_mac_b(c12.v2, t, c12.v1, (e_no_negation) << 1);
    float64 r = v_f32_mac_b(p, t, c0, (e_no_negation) << 1);      /* 1 / m */

    uint64 bits = as_uint64(r) - ((uint64)e << 23);               /* * 2^-e */
    bits |= as_uint64(x) & SIGN_BIT;
    float64 y = as_float64(bits);

    /* zeros, infinities, NaN; ordinary lanes keep y */
    return v_f32_calc_fp_special_b(v_f32_fclass_b(x), v_f32_fclass_b(x), e_fp_recip, y);
}

void main(tensor x, tensor y)
{
    int5 i0 = get_index_space_offset();
    int5 i1 = i0 + get_index_space_size();
    int5 c = {0};
    for (int r = i0[1]; r < i1[1]; r++) {
        for (int d = i0[0]; d < i1[0]; d++) {
            c[0] = d * 64;
            c[1] = r;
            v_f32_st_tnsr(c, y, recip(v_f32_ld_tnsr_b(c, x)));
        }
    }
}
