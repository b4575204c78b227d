// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// a * b + c on bf16 lanes with bf16 operators: two roundings.
typedef bfloat128 bv;
void main(tensor a, tensor b, tensor c, tensor y)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    for (int k = s[2]; k < e[2]; k++)
    {
        for (int j = s[1]; j < e[1]; j++)
        {
            #pragma unroll(2)
            for (int i = s[0]; i < e[0]; i++)
            {
                int5 at = {0};
                at[0] = i * 128;
                at[1] = j;
                at[2] = k;
                bv r = v_bf16_ld_tnsr_b(at, a);
                r *= v_bf16_ld_tnsr_b(at, b);
                r += v_bf16_ld_tnsr_b(at, c);
                v_bf16_st_tnsr(at, y, r);
            }
        }
    }
}
