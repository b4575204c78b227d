// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* Softmax along dimension 0, one row kept in local memory; the reduction over
   lanes is written out with dual groups, groups and shuffles. */
#define ROW 80
__local__ float64 row[ROW];

static float64 reduce_all_add(float64 x)
{
    const uchar256 lane = (uchar256)V_LANE_ID_32;
    float64 t;
    t = v_f32_mov_dual_group_all_b(x, 0xFFFFFFFF, 1, 0, 3, 2, MkWrA(3, 3, 3, 3), x); x = v_f32_add_b(x, t);
    t = v_f32_mov_dual_group_all_b(x, 0xFFFFFFFF, 2, 3, 0, 1, MkWrA(3, 3, 3, 3), x); x = x + t;
    t = v_f32_mov_group_b(x, 0xFFFFFFFF, 63, x); x += t;
    t = v_f32_shuffle_b(x, (lane ^ 4) | 0x80, 0, x); x += t;
    t = v_f32_shuffle_b(x, (lane ^ 2) | 0x80, 0, x); x += t;
    t = v_f32_shuffle_b(x, (lane ^ 1) | 0x80, 0, x); x += t;
    return x;
}

void main(tensor x, tensor y)
{
    const int5 start = get_index_space_offset();
    const int5 end = start + get_index_space_size();
    const int n = get_dim_size(x, 0), steps = (n + 63) / 64;
    set_pad_value_float(x, -3.4e38f);
    for (int b = start[1]; b < end[1]; b++) {
        int5 c = {0, b};
        float64 top = -3.4e38f;
        for (int i = 0; i < steps; i++) {
            c[0] = i * 64;
            row[i] = v_f32_ld_tnsr_b(c, x);
            top = v_f32_max_b(top, row[i]);
        }
        top = v_f32_reduce_max(top);
        float64 sum = 0;
        for (int i = 0; i < steps; i++) {
            float64 e = v_exp_cephes_f32(row[i] - top);
            bool64 tail = v_i32_cmp_geq_b(V_LANE_ID_32 + (unsigned)(i * 64) < 0u ? (int64)0 : (int64)(V_LANE_ID_32) + i * 64, n);
            e = v_f32_mov_vb(0.0f, 0, e, tail);
            sum += e;
            row[i] = e;
        }
        sum = v_reciprocal_f32(reduce_all_add(sum));
        for (int i = 0; i < steps; i++) {
            c[0] = i * 64;
            v_f32_st_tnsr(c, y, v_f32_mul_b(row[i], sum));
        }
    }
}
