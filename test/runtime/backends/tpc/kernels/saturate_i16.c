// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Audio: out = clip(a + b) with saturation, swing = clip(a - b) shifted right by one.
#define T short128
void main(tensor a, tensor b, tensor out, tensor swing)
{
    int5 s = get_index_space_offset(), e = s + get_index_space_size();
    for (int j = s[1]; j < e[1]; j++)
        for (int i = s[0]; i < e[0]; i++)
        {
            int5 c = {0};
            c[0] = i * 128;
            c[1] = j;
            T p = v_i16_ld_tnsr_b(c, a);
            T q = v_i16_ld_tnsr_b(c, b);
            T sum = v_i16_add_b(p, q, 1 << 0);
            T dif = v_i16_sub_b(p, q, 1 << 0);
            T one = 1;
            v_i16_st_tnsr(c, out, sum);
            v_i16_st_tnsr(c, swing, dif >> one);
        }
}
#undef T
