// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// f32 -> bf16 (nearest even), linear order by hand: the mirror of unpack.
static float64 four_blocks(float64 p, float64 q, float64 income)
{
    // even blocks of p and q, in order
    income = v_f32_mov_dual_group_b(p, 0xFFFFFFFF, 0, 0, MkWr(1, 1), income);
    income = v_f32_mov_dual_group_b(p, 0xFFFFFFFF, 2, 1, MkWr(1, 1), income);
    income = v_f32_mov_dual_group_b(q, 0xFFFFFFFF, 0, 2, MkWr(1, 1), income);
    income = v_f32_mov_dual_group_b(q, 0xFFFFFFFF, 2, 3, MkWr(1, 1), income);
    return income;
}

static float64 odd_blocks(float64 p, float64 q, float64 income)
{
    income = v_f32_mov_dual_group_b(p, 0xFFFFFFFF, 1, 0, (1 << 12) | (1 << 13), income);
    income = v_f32_mov_dual_group_b(p, 0xFFFFFFFF, 3, 1, (1 << 12) | (1 << 13), income);
    income = v_f32_mov_dual_group_b(q, 0xFFFFFFFF, 1, 2, (1 << 12) | (1 << 13), income);
    income = v_f32_mov_dual_group_b(q, 0xFFFFFFFF, 3, 3, (1 << 12) | (1 << 13), income);
    return income;
}

void main(tensor x, tensor y)
{
    int5 s = get_index_space_offset();
    int5 e = s + get_index_space_size();
    int5 c = {0};
    float64 zero = 0.0f;

    for (int r = s[1]; r < e[1]; r++) {
        for (int d = s[0] * 128; d < e[0] * 128; d += 128) {
            c[1] = r;
            c[0] = d;
            float64 l0 = v_f32_ld_tnsr_b(c, x);
            c[0] = d + 64;
            float64 l1 = v_f32_ld_tnsr_b(c, x);

            float128 a = {0};
            float128 b = {0};
            a.v1 = four_blocks(l0, l1, zero);
            b.v1 = odd_blocks(l0, l1, zero);
            bfloat128 ha = v_convert_f32_to_bf16_all_b(a, (e_round_half_ne) << 16);
            bfloat128 hb = v_convert_f32_to_bf16_all_b(b, (e_round_half_ne) << 16);

            bfloat128 out = 0;
            out = v_bf16_pack_b(ha, 0 << 8, out);
            out = v_bf16_pack_b(hb, 1 << 8, out);
            c[0] = d;
            v_bf16_st_tnsr(c, y, out);
        }
    }
}
