// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * bf16 -> f32, linear order by hand.
 *
 *   dual group of x      :  D0          D1          D2          D3
 *   its two groups       :  0..15 16..31 32..47 48..63  64.. 80..  96.. 112..
 *
 *   unpack group 0 -> even lanes, up -> 64 lanes: [0..15][32..47][64..79][96..111]
 *   unpack group 1 -> even lanes, up -> 64 lanes: [16..31][48..63][80..95][112..127]
 *
 * then dual groups are dealt alternately.
 */
#define ALL_BYTES 0xFFFFFFFF
#define UNPACK_G0 (((e_group_0) << 8) | ((e_every_second_element) << 9))
#define UNPACK_G1 ((1 << 8) | (0 << 9))
#define BOTH      MkWr(1, 1)

void main(tensor src, tensor dst)
{
    const int5 beg = get_index_space_offset();
    const int5 end = beg + get_index_space_size();
    int5 in = {0}, out = {0};
    bfloat128 zero = 0;

    for (int v = beg[0]; v < end[0]; v++)
    {
        for (int row = beg[1]; row < end[1]; row++)
        {
            in[0] = v * 128;
            in[1] = row;
            bfloat128 x  = v_bf16_ld_tnsr_b(in, src, 0, zero);
            bfloat128 u0 = v_bf16_unpack_b(x, UNPACK_G0, zero);
            bfloat128 u1 = v_bf16_unpack_b(x, UNPACK_G1, zero);
            float64 a = v_convert_bf16_to_f32_all_b(u0).v1;
            float64 b = v_convert_bf16_to_f32_all_b(u1).v1;

            float64 lo = a;
            lo = v_f32_mov_dual_group_b(a, ALL_BYTES, 1, 2, BOTH, lo);
            lo = v_f32_mov_dual_group_b(b, ALL_BYTES, 0, 1, BOTH, lo);
            lo = v_f32_mov_dual_group_b(b, ALL_BYTES, 1, 3, BOTH, lo);

            float64 hi = b;
            hi = v_f32_mov_dual_group_b(a, ALL_BYTES, 2, 0, BOTH, hi);
            hi = v_f32_mov_dual_group_b(b, ALL_BYTES, 2, 1, BOTH, hi);
            hi = v_f32_mov_dual_group_b(a, ALL_BYTES, 3, 2, BOTH, hi);

            out[0] = v * 128;
            out[1] = row;
            v_f32_st_tnsr(out, dst, lo);
            out[0] = v * 128 + 64;
            v_f32_st_tnsr(out, dst, hi);
        }
    }
}
