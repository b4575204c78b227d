// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gelu, tanh form. bf16 in and out, f32 inside; both halves stay interleaved.
#define K0 0.7978845608f /* sqrt(2 / pi) */
#define K1 0.044715f

#define GELU(v) ((v) * 0.5f * (v_tanh_f32(((v) + (v) * (v) * (v) * K1) * K0) + 1.0f))

void main(tensor x, tensor y)
{
    const int5 i0 = get_index_space_offset();
    const int5 i1 = i0 + get_index_space_size();
    int5 p = {0};

    for (int a = i0[0] * 128; a < i1[0] * 128; a += 128)
    for (int b = i0[1]; b < i1[1]; b++)
    for (int c = i0[2]; c < i1[2]; c++)
    {
        p[0] = a; p[1] = b; p[2] = c;
        bfloat128 h = v_bf16_ld_tnsr_b(p, x);
        float128  f = v_convert_bf16_to_f32_all_b(h);
        f.v1 = GELU(f.v1);
        f.v2 = GELU(f.v2);
        v_bf16_st_tnsr(p, y, v_convert_f32_to_bf16_all_b(f));
    }
}
