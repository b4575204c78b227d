// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rows of at most 16 elements: four of them share a vector, one per dual group.
// y = x - sum(row) * inv_d. Lanes past the end of a row hold 0 and are not stored.
#define ROWS 4

void main(tensor x, tensor y, int d, float inv_d)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();

    uint64 in_group = (uint64)V_LANE_ID_32 & 7;
    uint64 group    = ((uint64)V_LANE_ID_32 & 8) << 2;
    const uchar256 other_group = (uchar256)(in_group | (group ^ 32) | 0x80);
    const uchar256 by4 = (uchar256)((in_group ^ 4) | group | 0x80);
    const uchar256 by2 = (uchar256)((in_group ^ 2) | group | 0x80);
    const uchar256 by1 = (uchar256)((in_group ^ 1) | group | 0x80);

    for (int i = s[0]; i < e[0]; i++)
    {
        int5 c0 = {0}; c0[1] = i * ROWS + 0;
        int5 c1 = {0}; c1[1] = i * ROWS + 1;
        int5 c2 = {0}; c2[1] = i * ROWS + 2;
        int5 c3 = {0}; c3[1] = i * ROWS + 3;

        float64 v = 0.0f;
        v = v_f32_ld_tnsr_partial_b(c0, x, d - 1, 0, 0, v);
        v = v_f32_ld_tnsr_partial_b(c1, x, d - 1, 16, 0, v);
        v = v_f32_ld_tnsr_partial_b(c2, x, d - 1, 32, 0, v);
        v = v_f32_ld_tnsr_partial_b(c3, x, d - 1, 48, 0, v);

        float64 sum = v;
        sum += v_f32_shuffle_b(sum, other_group, 0, sum);
        sum += v_f32_shuffle_b(sum, by4, 0, sum);
        sum += v_f32_shuffle_b(sum, by2, 0, sum);
        sum += v_f32_shuffle_b(sum, by1, 0, sum);
        v -= sum * inv_d;

        v_f32_st_tnsr_partial(c0, y, v, d - 1, 0);
        v_f32_st_tnsr_partial(c1, y, v, d - 1, 16);
        v_f32_st_tnsr_partial(c2, y, v, d - 1, 32);
        v_f32_st_tnsr_partial(c3, y, v, d - 1, 48);
    }
}
