// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// f32 -> bf16, linear: the narrowed pair is interleaved, a packing store undoes it.
void main(tensor x, tensor y)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    int5 c = {0};
    for (int r = s[1]; r < e[1]; r++) {
        c[1] = r;
        for (int d = s[0]; d < e[0]; d++) {
            float128 pair;
            c[0] = d * 128;
            pair.v1 = v_f32_ld_tnsr_b(c, x);
            c[0] = d * 128 + 64;
            pair.v2 = v_f32_ld_tnsr_b(c, x);
            c[0] = d * 128;
            v_bf16_st_tnsr(c, y, v_convert_f32_to_bf16_all_b(pair, SW_RHNE), SW_PACK);
        }
    }
}
