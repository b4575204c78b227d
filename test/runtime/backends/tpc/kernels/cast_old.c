// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// f32 to i16 with old names of switches, packed into linear order by hand.
void main(tensor in, tensor out)
{
    int5 s = get_index_space_offset(), e = s + get_index_space_size(), c = {0}, o = {0};
    for (int d = s[0] * 128; d < e[0] * 128; d += 128)
    {
        c[0] = d; o[0] = d;
        float64 x0 = v_f32_ld_tnsr_b(c, in, 0, (float64){0}, 1, 0);
        c = i_i32_add(c, 64, 0x1, 0, c);
        float64 x1 = v_f32_ld_tnsr_b(c, in);
        short128 y = 0, z = 0, t = 0;
        y = v_convert_f32_to_i16_b(x0, 0, (e_round_half_ne) << 16, y);
        z = v_convert_f32_to_i16_b(x1, 0, e_round_half_ne, z);
        // Even lanes of a dual group into its lower group; dual group k of x0 is group k of the result.
        y = v_i16_pack_b(y, ((e_group_0) << 8) | ((e_every_second_element) << 9), y);
        z = v_i16_pack_b(z, e_group_0 | e_every_second_element, z);
        t = v_i16_mov_dual_group_b(y, 0xFFFFFFFF, 0, 0, MkWr(1, 0), t);
        y = v_i16_mov_group_b(y, 0xFFFFFFFF, 0b111110, y);
        t = v_i16_mov_dual_group_b(y, 0xFFFFFFFF, 1, 0, SW_WR_UPPER_GROUP, t);
        t = v_i16_mov_dual_group_b(v_i16_pack_b(v_convert_f32_to_i16_b(x0, 0, 0, t), 0, t), 0xFFFFFFFF, 2, 1, 1 << 12, t);
        t = v_i16_mov_dual_group_b(y, 0xFFFFFFFF, 3, 1, 1 << 13, t);
        t = v_i16_mov_dual_group_b(z, 0xFFFFFFFF, 0, 2, MkWr(1, 0), t);
        t = v_i16_mov_dual_group_b(z, 0xFFFFFFFF, 2, 3, MkWr(1, 0), t);
        z = v_i16_mov_group_b(z, 0xFFFFFFFF, 0b111110, z);
        t = v_i16_mov_dual_group_b(z, 0xFFFFFFFF, 1, 2, MkWr(0, 1), t);
        t = v_i16_mov_dual_group_b(z, 0xFFFFFFFF, 3, 3, MkWr(0, 1), t);
        v_i16_st_tnsr(o, out, t);
    }
}
