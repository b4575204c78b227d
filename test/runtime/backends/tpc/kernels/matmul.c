// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// C = A B, four rows at a time: scalar loads of A by address, a vector of B.
typedef struct { int k, n; } sizes_t;
enum rows { ROWS = 4 };

void main(tensor A, tensor B, tensor C)
{
    const int5 start = get_index_space_offset(), end = get_index_space_size() + start;
    register int i, new = 0, this = 1;
    sizes_t sizes = {.k = get_dim_size(A, 0), .n = get_dim_size(B, 0)};
    int5 a = {0}, b = {0}, c = {0};
    for (int col = start[0] * 64; col < end[0] * 64; col += 64) {
        b[0] = c[0] = col;
        for (int r = start[1] * ROWS; r < end[1] * ROWS; r += ROWS) {
            float64 acc[ROWS] = {0};
            for (int k = 0; k < sizes.k; k += 1) {
                a[0] = k; b[1] = k;
                float64 v = v_f32_ld_tnsr_b(b, B);
                #pragma unroll(4)
                for (i = 0; i < ROWS; i++) {
                    a[1] = r + i;
                    bool inside = r + i < get_dim_size(A, 1);
                    __global__ float *p = (__global__ float *)gen_addr(a, A);
                    float s = s_f32_ld_g(p, 0, 0.0f, inside);
                    acc[i] = v_f32_mac_b(s, v, acc[i], (e_no_negation) << 1);
                }
            }
            for (i = 0; i < ROWS; i++) {
                c[1] = r + i;
                v_f32_st_tnsr(c, C, acc[i], 0, this, new);
            }
        }
    }
}
