// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// 0.299 r + 0.587 g + 0.114 b; three planes in dim 2, one plane out. Two multiply-adds:
// newer cores have one with a separate destination.
#if defined(__gaudi2__) || defined(__gaudi3__)
#define MULTIPLY_ADD(x, k, z) v_f32_madd_b(x, k, z)
#else
#define MULTIPLY_ADD(x, k, z) v_f32_mac_b(x, k, z)
#endif

void main(tensor rgb, tensor luma)
{
    const int5 lo = get_index_space_offset();
    const int5 hi = lo + get_index_space_size();
    const float64 kr = 0.299f, kg = 0.587f, kb = 0.114f;
    int5 c = {0}, o = {0};
    for (int d = lo[0] * 64; d < hi[0] * 64; d += 64) {
        c[0] = o[0] = d;
        #pragma loop_unroll(2)
        for (int w = lo[1] * 2; w < hi[1] * 2; w++) {
            c[1] = o[1] = w;
            c[2] = 0;
            float64 y = v_f32_ld_tnsr_b(c, rgb) * kr;
            c[2] = 1;
            y = MULTIPLY_ADD(v_f32_ld_tnsr_b(c, rgb), kg, y);
            c[2] = 2;
            y = MULTIPLY_ADD(v_f32_ld_tnsr_b(c, rgb), kb, y);
            v_f32_st_tnsr(o, luma, y);
        }
    }
}
