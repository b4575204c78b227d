// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Inclusive running sum along dim 0: log steps inside a dual group (16 lanes), then
// over the four dual groups, then a carry from vector to vector.
static uchar256 back_by(uint64 lane, unsigned k)
{
    uint64 in_dual = lane & 15;
    uint64 from = in_dual - k;                       // only where in_dual >= k
    uint64 map  = (from & 7) | ((from & 8) << 2) | 0x80;
    uint64 off  = 0;
    return (uchar256)(in_dual >= k ? map : off);
}

// dual group d + 1 gets dual group d; the first gets zeros
static float64 next_dual(float64 t)
{
    float64 r = 0.0f;
    r = v_f32_mov_dual_group_b(t, 0xFFFFFFFF, 0, 1, MkWr(1, 1), r);
    r = v_f32_mov_dual_group_b(t, 0xFFFFFFFF, 1, 2, MkWr(1, 1), r);
    r = v_f32_mov_dual_group_b(t, 0xFFFFFFFF, 2, 3, MkWr(1, 1), r);
    return r;
}

void main(tensor x, tensor y, int n)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();

    const uint64 lane = (uint64)V_LANE_ID_32;
    const uchar256 m1 = back_by(lane, 1), m2 = back_by(lane, 2);
    const uchar256 m4 = back_by(lane, 4), m8 = back_by(lane, 8);
    const uint64 last_of_dual = 7 | (1 << 5) | 0x80;
    const uchar256 ml = (uchar256)last_of_dual;

    for (int r = s[0]; r < e[0]; r++) {
        int5 c = {0};
        c[1] = r;
        float64 carry = 0.0f;
        #pragma loop_taken
        for (int d = 0; d < n; d += 64) {
            c[0] = d;
            float64 v = v_f32_ld_tnsr_b(c, x);
            v += v_f32_shuffle_b(v, m1, 0, 0.0f);
            v += v_f32_shuffle_b(v, m2, 0, 0.0f);
            v += v_f32_shuffle_b(v, m4, 0, 0.0f);
            v += v_f32_shuffle_b(v, m8, 0, 0.0f);

            float64 total = v_f32_shuffle_b(v, ml, 0, 0.0f);
            float64 before = next_dual(total);
            float64 two = next_dual(before);
            before += two + next_dual(two);

            v += before + carry;
            v_f32_st_tnsr(c, y, v);

            carry = v_f32_shuffle_b(v, ml, 0, 0.0f);
            carry = v_f32_mov_dual_group_all_b(carry, 0xFFFFFFFF, 3, 3, 3, 3, 0xFF << 16, carry);
        }
    }
}
