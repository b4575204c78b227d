// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// y = |x| > limit ? x : 0, the mask travelling through a scratch tensor in memory:
// stored, fenced, loaded back. 256 elements of scratch per mask.
void main(tensor x, tensor scratch, tensor y, float limit)
{
    const int5 start = get_index_space_offset();
    const int5 end = start + get_index_space_size();
    int5 c = {0}, m = {0};

    for (int r = start[1]; r < end[1]; r++) {
        c[1] = m[1] = r;
        for (int d = start[0]; d < end[0]; d++) {
            m[0] = d * 256;
            c[0] = d * 64;
            float64 v = v_f32_ld_tnsr_b(c, x);
            v_i1_st_tnsr(m, scratch, from_bool64(v_f32_cmp_grt_b(v_f32_abs_b(v), limit)));

            aso(SW_INC | SW_VPU);
            aso(SW_DEC | SW_SPU);

            bool256 back = v_i1_ld_tnsr_b(m, scratch);
            v_f32_st_tnsr(c, y, v_f32_mov_vb(v, 0, 0.0f, to_bool64(back)));
        }
    }
}
