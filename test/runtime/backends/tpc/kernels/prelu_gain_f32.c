// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// PReLU with one slope per channel (dim 0), times one gain per image (dim 3).
// The slope is hoisted out of the plane, the gain is one element broadcast.

#define float_t     float64
#define ld(t, c)    v_f32_ld_tnsr_b((c), (t))
#define st(t, c, v) v_f32_st_tnsr((c), (t), (v))

void main(tensor x, tensor slope, tensor gain, tensor y)
{
    int5 s = get_index_space_offset(), e = s + get_index_space_size();
    int5 c = {0}, c_slope = {0}, c_gain = {0};

    for (int ch = s[0] * 64; ch < e[0] * 64; ch += 64) {
        c[0] = c_slope[0] = ch;
        float_t k = ld(slope, c_slope);

        for (int n = s[3]; n < e[3]; n++) {
            c[3] = c_gain[0] = n;
            __global__ float* p = (__global__ float*)gen_addr(c_gain, gain);
            float_t g = v_f32_ld_g(p);

            for (int h = s[2]; h < e[2]; h++) {
                c[2] = h;
                for (int w = s[1]; w < e[1]; w++) {
                    c[1] = w;
                    float_t v   = ld(x, c);
                    float_t neg = v_f32_mul_b(v, k);
                    v = v_f32_sel_grt_f32_b(v, 0.0f, v, neg);
                    st(y, c, v_f32_mul_b(v, g));
                }
            }
        }
    }
}
