// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// relu that reports what it sees.
#pragma tpc_printf(enable)

void main(tensor x, tensor y)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    int5 c = {0};
    printf("relu: first row %d\n", s[1]);
    for (int d = s[0] * 64; d < e[0] * 64; d += 64) {
        for (int w = s[1]; w < e[1]; w++) {
            c[0] = d; c[1] = w;
            float64 v = v_f32_ld_tnsr_b(c, x);
            printf("relu: lane 3 is %f\n", v[3]);
            v = v > 0 ? v : 0;
            v_f32_st_tnsr(c, y, v);
        }
    }
    printf("relu: done\n");
}
