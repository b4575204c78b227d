// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// bf16 -> i16 with saturation: even elements into lane 0 of each pair, odd into lane 1.
#define ROUND_DOWN (3 << 16)

void main(tensor x, tensor y, float scale)
{
    int5 s = get_index_space_offset();
    int5 e = s + get_index_space_size();
    int5 c = {0};
    for (c[2] = s[2]; c[2] < e[2]; c[2]++)
    for (c[1] = s[1]; c[1] < e[1]; c[1]++)
    for (c[0] = s[0] * 128; c[0] < e[0] * 128; c[0] += 128) {
        float128 f = v_convert_bf16_to_f32_all_b(v_bf16_ld_tnsr_b(c, x));
        short128 q = 0;
        q = v_convert_f32_to_i16_b(f.v1 * scale, 0, ROUND_DOWN, q);
        q = v_convert_f32_to_i16_b(f.v2 * scale, 1, ROUND_DOWN, q);
        v_i16_st_tnsr(c, y, q);
    }
}
