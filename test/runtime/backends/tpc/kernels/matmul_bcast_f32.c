// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// C[m, n] = sum over k of A[m, k] * B[k, n]; n on dim 0. Four rows of C per member:
// each element of A is broadcast to all lanes from its address, each row of B is
// used four times.
static int5 at(int d0, int d1)
{
    int5 c = {0};
    c[0] = d0;
    c[1] = d1;
    return c;
}

static int smaller(int a, int b) { return a < b ? a : b; }

void main(tensor a, tensor b, tensor c, int depth, int rows)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const int last = rows - 1;

    for (int n = s[0] * 64; n < e[0] * 64; n += 64) {
        for (int m = s[1] * 4; m < e[1] * 4; m += 4) {
            float64 acc0 = 0, acc1 = 0, acc2 = 0, acc3 = 0;
            // addresses must exist, so the rows of A stop at the last one
            int m1 = smaller(m + 1, last), m2 = smaller(m + 2, last), m3 = smaller(m + 3, last);
            #pragma unroll(2)
            for (int k = 0; k < depth; k++) {
                float64 v = v_f32_ld_tnsr_b(at(n, k), b);
                __global__ float* p0 = (__global__ float*)gen_addr(at(k, m), a);
                __global__ float* p1 = (__global__ float*)gen_addr(at(k, m1), a);
                __global__ float* p2 = (__global__ float*)gen_addr(at(k, m2), a);
                __global__ float* p3 = (__global__ float*)gen_addr(at(k, m3), a);
                acc0 = v_f32_mac_b(v_f32_ld_g(p0), v, acc0, 0);
                acc1 = v_f32_mac_b(v_f32_ld_g(p1), v, acc1, 0);
                acc2 = v_f32_mac_b(v_f32_ld_g(p2), v, acc2, 0);
                acc3 = v_f32_mac_b(v_f32_ld_g(p3), v, acc3, 0);
            }
            v_f32_st_tnsr(at(n, m), c, acc0);
            v_f32_st_tnsr(at(n, m + 1), c, acc1);
            v_f32_st_tnsr(at(n, m + 2), c, acc2);
            v_f32_st_tnsr(at(n, m + 3), c, acc3);
        }
    }
}
