// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// log(sum(exp(x))) along dim 1 for every lane. The column waits in local memory at
// addresses of our own choice, 256 bytes a vector; the maximum is found on the way.
// At most 256 rows.
#define SLOT(k) ((k) * 256)

void main(tensor x, tensor y)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const int rows = get_dim_size(x, 1);

    int5 c = {0}, o = {0};
    for (int b = s[1]; b < e[1]; b++) {
        for (int d = s[0]; d < e[0]; d++) {
            c[0] = o[0] = d * 64;
            c[2] = o[1] = b;

            float64 m = -3.0e38f;
            for (int k = 0; k < rows; k++) {
                c[1] = k;
                float64 v = v_f32_ld_tnsr_b(c, x);
                v_f32_st_l_v(SLOT(k), v);
                m = v_f32_max_b(m, v);
            }
            float64 sum = 0.0f;
            for (int k = 0; k < rows; k++)
                sum += v_exp_cephes_f32(v_f32_ld_l_v_b(SLOT(k)) - m);
            v_f32_st_tnsr(o, y, m + v_log_f32(sum));
        }
    }
}
