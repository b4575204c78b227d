// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// a + t * (b - a) in f32, f16 in memory: linear up, linear down.
void main(tensor a, tensor b, tensor y, float t)
{
    int5 s = get_index_space_offset();
    int5 e = s + get_index_space_size();
    int5 c = {0};
    for (int r = s[1]; r < e[1]; r++) {
        for (int d = s[0] * 128; d < e[0] * 128; d += 128) {
            c[0] = d;
            c[1] = r;
            float128 fa = convert_half128_to_float128(v_f16_ld_tnsr_b(c, a), SW_LINEAR);
            float128 fb = convert_half128_to_float128(v_f16_ld_tnsr_b(c, b), SW_LINEAR);
            fa.v1 = fa.v1 + t * (fb.v1 - fa.v1);
            fa.v2 = fa.v2 + t * (fb.v2 - fa.v2);
            v_f16_st_tnsr(c, y, convert_float128_to_half128(fa, SW_LINEAR | SW_RHNE));
        }
    }
}
