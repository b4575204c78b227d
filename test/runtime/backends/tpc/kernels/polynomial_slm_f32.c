// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Horner with the coefficients in scalar local memory, highest power last.
#define MAX_TERMS 16

void main(tensor x, tensor table, tensor y)
{
    __local__ float coefficient[MAX_TERMS];
    const int terms = get_dim_size(table, 0);
    int5 t = {0};
    for (int k = 0; k < terms; k++) {
        t[0] = k;
        coefficient[k] = s_f32_ld_g((__global__ float*)gen_addr(t, table));
    }

    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    int5 c = {0};
    for (int r = s[1]; r < e[1]; r++) {
        for (int d = s[0]; d < e[0]; d++) {
            c[0] = d * 64;
            c[1] = r;
            float64 v = v_f32_ld_tnsr_b(c, x);
            float64 p = 0.0f;
            for (int k = terms - 1; k >= 0; k--)
                p = v_f32_mac_b(p, v, coefficient[k], 0);
            v_f32_st_tnsr(c, y, p);
        }
    }
}
