// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// y = bf16(a * b - c), the product and the difference in f32, one rounding.
void main(tensor a, tensor b, tensor c, tensor y)
{
    const int5 begin = get_index_space_offset();
    const int5 end = begin + get_index_space_size();
    int5 p = {0};
    for (p[1] = begin[1]; p[1] < end[1]; p[1] += 1)
        for (p[0] = begin[0] * 128; p[0] < end[0] * 128; p[0] += 128) {
            float128 prod = v_bf16_mul_acc32_b(v_bf16_ld_tnsr_b(p, a), v_bf16_ld_tnsr_b(p, b));
            float128 sub = v_convert_bf16_to_f32_all_b(v_bf16_ld_tnsr_b(p, c));
            prod.v1 -= sub.v1;
            prod.v2 -= sub.v2;
            v_bf16_st_tnsr(p, y, v_convert_f32_to_bf16_all_b(prod));
        }
}
