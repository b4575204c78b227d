// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// bf16 -> f32 in linear order: the two halves go to consecutive vectors.
void main(tensor src, tensor dst)
{
    int5 lo = get_index_space_offset();
    int5 hi = lo + get_index_space_size();
    int5 r = {0};
    int5 w = {0};

    for (int d = lo[0]; d < hi[0]; d++) {
        for (int n = lo[1]; n < hi[1]; n++) {
            r[0] = d * 128;  r[1] = n;
            w[0] = r[0];     w[1] = n;
            bfloat128 x = v_bf16_ld_tnsr_b(r, src);
            float128 y = convert_bfloat128_to_float128(x, SW_LINEAR);
            v_f32_st_tnsr(w, dst, y.v1);
            w[0] += 64;
            v_f32_st_tnsr(w, dst, y.v2);
        }
    }
}
