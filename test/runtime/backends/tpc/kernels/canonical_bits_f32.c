// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The bits of x * k: sub-normals are zero on the way in and out, NaN is 0x7FFFFFFF.
void main(tensor x, tensor bits, float k)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    int5 c = {0};
    for (int d = s[0] * 64; d < e[0] * 64; d += 64) {
        c[0] = d;
        float64 v = v_f32_mul_b(v_f32_ld_tnsr_b(c, x), k);
        v_u32_st_tnsr(c, bits, as_uint64(v));
    }
}
