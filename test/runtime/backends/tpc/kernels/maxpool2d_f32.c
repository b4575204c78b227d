// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Max pooling over width (dim 1) and height (dim 2); channels on dim 0.
// The pad value of x is -inf, so the border never wins.
void main(tensor x, tensor y,
          int kernel_w, int kernel_h,
          int stride_w, int stride_h,
          int pad_w, int pad_h)
{
    const int5 start = get_index_space_offset();
    const int5 stop  = start + get_index_space_size();

    int5 ic = {0}, oc = {0};
    for (int d = start[0]; d < stop[0]; ++d) {
        ic[0] = oc[0] = d << 6;
        for (int b = start[3]; b < stop[3]; ++b) {
            ic[3] = oc[3] = b;
            for (int h = start[2]; h < stop[2]; ++h) {
                oc[2] = h;
                for (int w = start[1]; w < stop[1]; ++w) {
                    oc[1] = w;
                    ic[1] = w * stride_w - pad_w;
                    ic[2] = h * stride_h - pad_h;
                    float64 m = v_f32_ld_tnsr_b(ic, x);
                    for (int q = 0; q < kernel_h; ++q) {
                        ic[2] = h * stride_h - pad_h + q;
                        for (int p = 0; p < kernel_w; ++p) {
                            ic[1] = w * stride_w - pad_w + p;
                            m = v_f32_max_b(m, v_f32_ld_tnsr_b(ic, x));
                        }
                    }
                    v_f32_st_tnsr(oc, y, m);
                }
            }
        }
    }
}
