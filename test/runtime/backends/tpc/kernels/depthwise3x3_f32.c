// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// 3x3 depthwise convolution, stride 1, padding 1. Layout: channels (dim 0), width,
// height, batch. The border comes from out-of-bounds loads (pad value 0).
#define TAP(i, j)  w##i##j
#define GETW(i, j) { cw[1] = i; cw[2] = j; TAP(i, j) = v_f32_ld_tnsr_b(cw, filter); }
#define MAC(i, j)  { c[1] = w + i - 1; c[2] = h + j - 1; \
                     acc = v_f32_mac_b(v_f32_ld_tnsr_b(c, x), TAP(i, j), acc); }
#define NINE(M) M(0, 0) M(1, 0) M(2, 0) M(0, 1) M(1, 1) M(2, 1) M(0, 2) M(1, 2) M(2, 2)

void main(tensor x, tensor filter, tensor bias, tensor y)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();

    for (int ch = s[0] * 64; ch < e[0] * 64; ch += 64)
    {
        int5 c = {0}, o = {0}, cw = {0}, cb = {0};
        float64 w00, w01, w02, w10, w11, w12, w20, w21, w22;
        c[0] = o[0] = cw[0] = cb[0] = ch;
        NINE(GETW)
        float64 b = v_f32_ld_tnsr_b(cb, bias);

        for (int n = s[3]; n < e[3]; n++)
            for (int h = s[2]; h < e[2]; h++)
                for (int w = s[1]; w < e[1]; w++)
                {
                    float64 acc = b;
                    c[3] = n;
                    NINE(MAC)
                    o[1] = w; o[2] = h; o[3] = n;
                    v_f32_st_tnsr(o, y, acc);
                }
    }
}
