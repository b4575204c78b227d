// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Mean and variance along dim 2 by Welford's update; one lane, one column.
// The quotients 1/k of the update are kept in scalar local memory, by address.
void main(tensor x, tensor mean, tensor var, int count)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    for (int k = 0; k < count; k++)
        s_f32_st_l(k * 4, 1.0f / (float)(k + 1));

    for (int d = s[0]; d < e[0]; d++) {
        for (int w = s[1]; w < e[1]; w++) {
            int5 c = {0};
            c[0] = d * 64;
            c[1] = w;
            float64 mu = 0.0f;
            float64 m2 = 0.0f;
            for (int k = 0; k < count; k++) {
                c[2] = k;
                float64 v = v_f32_ld_tnsr_b(c, x);
                float64 delta = v - mu;
                mu = v_f32_mac_b(delta, s_f32_ld_l(k * 4), mu, 0);
                m2 = v_f32_mac_b(delta, v - mu, m2, 0);
            }
            c[2] = 0;
            v_f32_st_tnsr(c, mean, mu);
            v_f32_st_tnsr(c, var, m2 * s_f32_ld_l((count - 1) * 4));
        }
    }
}
