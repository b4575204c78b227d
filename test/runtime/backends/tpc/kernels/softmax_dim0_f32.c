// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax along dim 0. The row waits in local memory between the sweeps. No
// function table (32 KB of vectors would not fit beside it): the quotient is
// exp(x - max - log(sum)), and the sums over lanes are trees of lane moves.
// Rows of at most 8192 elements.

__local__ float64 kept[128];

struct lanes {
    uchar256 by4, by2, by1;
};

static struct lanes make_lanes(void)
{
    uint64 in_group = (uint64)V_LANE_ID_32 & 7;
    struct lanes l;
    l.by4 = (uchar256)((in_group ^ 4) | 0x80);
    l.by2 = (uchar256)((in_group ^ 2) | 0x80);
    l.by1 = (uchar256)((in_group ^ 1) | 0x80);
    return l;
}

#define TREE(op, v, l)                                                                         \
    do {                                                                                       \
        v = op(v, v_f32_mov_dual_group_all_b(v, 0xFFFFFFFF, 1, 0, 3, 2, MkWrA(3, 3, 3, 3), v)); \
        v = op(v, v_f32_mov_dual_group_all_b(v, 0xFFFFFFFF, 2, 3, 0, 1, MkWrA(3, 3, 3, 3), v)); \
        v = op(v, v_f32_mov_group_b(v, 0xFFFFFFFF, 0x3F, v));                                  \
        v = op(v, v_f32_shuffle_b(v, l.by4, 0, v));                                            \
        v = op(v, v_f32_shuffle_b(v, l.by2, 0, v));                                            \
        v = op(v, v_f32_shuffle_b(v, l.by1, 0, v));                                            \
    } while (0)

void main(tensor x, tensor y, int n)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const struct lanes l = make_lanes();
    const int64 lane = (int64)V_LANE_ID_32;
    const float64 lowest = -3.4028234e38f;

    for (int h = s[1]; h < e[1]; h++) {
        for (int r = s[0]; r < e[0]; r++) {
            int5 c = {0};
            c[1] = r;
            c[2] = h;

            float64 m = lowest;
            int k = 0;
            for (int d = 0; d < n; d += 64, k++) {
                c[0] = d;
                float64 v = v_f32_ld_tnsr_b(c, x);
                bool64 inside = v_i32_cmp_less_b(lane, n - d);
                v = v_f32_mov_vb(v, 0, lowest, inside);
                kept[k] = v;
                m = v_f32_max_b(m, v);
            }
            TREE(v_f32_max_b, m, l);

            float64 sum = 0.0f;
            k = 0;
            for (int d = 0; d < n; d += 64, k++) {
                float64 t = v_exp_cephes_f32(kept[k] - m);
                sum = v_f32_add_vb(sum, t, 0, sum, v_i32_cmp_less_b(lane, n - d));
            }
            TREE(v_f32_add_b, sum, l);

            float64 log_sum = v_log_f32(sum);
            k = 0;
            for (int d = 0; d < n; d += 64, k++) {
                c[0] = d;
                v_f32_st_tnsr(c, y, v_exp_cephes_f32((kept[k] - m) - log_sum));
            }
        }
    }
}
