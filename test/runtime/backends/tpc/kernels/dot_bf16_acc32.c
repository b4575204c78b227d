// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Row-wise dot product of two bf16 matrices, accumulated in f32. Which lane of the
// pair holds which product does not matter: all of them are added.
void main(tensor A, tensor B, tensor R)
{
    int5 i = get_index_space_offset();
    const int5 last = i + get_index_space_size();
    const int len = get_dim_size(A, 0);

    for (int row = i[0]; row < last[0]; row++)
    {
        float128 acc = { 0 };
        int5 c = { 0 };
        c[1] = row;
        do {
            bfloat128 a = v_bf16_ld_tnsr_b(c, A);   // pad 0 on both sides
            bfloat128 b = v_bf16_ld_tnsr_b(c, B);
            acc = v_bf16_mac_acc32_b(a, b, acc, 0);
            c[0] += 128;
        } while (c[0] < len);

        int5 o = { 0 };
        o[0] = row;
        v_f32_st_tnsr_partial(o, R, v_f32_reduce_add(acc.v1 + acc.v2), 0, 0);
    }
}
