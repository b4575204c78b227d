// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// t = x * scale, y[i] = t[i] - t[i - 1] along dim 0: the neighbour lane is fetched by
// an unaligned load of what was just stored, so a fence stands between.
static void vector_stores_done(void)
{
    aso(SW_INC | SW_VPU);
    aso(SW_DEC | SW_SPU);
}

void main(tensor x, tensor t, tensor y, int n, float scale)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    int5 c = {0};

    for (int r = s[0]; r < e[0]; r++) {
        c[1] = r;
        for (int d = 0; d < n; d += 64) {
            c[0] = d;
            v_f32_st_tnsr(c, t, v_f32_ld_tnsr_b(c, x) * scale);
        }
        vector_stores_done();
        for (int d = 0; d < n; d += 64) {
            c[0] = d;
            float64 here = v_f32_ld_tnsr_b(c, t);
            c[0] = d - 1;                      // element -1 is the pad, 0
            float64 left = v_f32_ld_tnsr_b(c, t);
            c[0] = d;
            v_f32_st_tnsr(c, y, here - left);
        }
    }
}
