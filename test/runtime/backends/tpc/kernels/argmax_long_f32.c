// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// argmax along dim 0 of any length, ties to the lowest index.
// Each lane keeps its best (value, index) by sel2; then the greatest value of all
// lanes, then the smallest index among the lanes that have it.
#define INDEX_MAX 0x7FFFFFFF

void main(tensor x, tensor index)
{
    const int5 a = get_index_space_offset();
    const int5 z = a + get_index_space_size();
    const int size = get_dim_size(x, 0);
    const uint64 lane = (uint64)V_LANE_ID_32;

    for (int r = a[0]; r < z[0]; r++)
    {
        int5 c = {0};
        c[1] = r;

        uint64_float64 best;
        best.v1 = lane;
        best.v2 = v_f32_ld_tnsr_b(c, x);              // pad of x: -inf

        for (int d = 64; d < size; d += 64)
        {
            c[0] = d;
            float64 v = v_f32_ld_tnsr_b(c, x);
            // strictly greater: the earlier index stays on a tie
            best = v_f32_sel2_grt_u32_b(v, best.v2, lane + (unsigned)d, best.v1);
        }

        float64 top = v_f32_reduce_max(best.v2);
        int64 none = INDEX_MAX;
        int64 who = v_f32_sel_eq_i32_b(best.v2, top, (int64)best.v1, none);
        who = v_i32_reduce_min(who);

        int5 o = {0};
        o[0] = r;
        v_i32_st_tnsr_partial(o, index, who, 0, 0);
    }
}
