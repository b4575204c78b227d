// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keep elements of (lo[0], hi[0]); the rest becomes 0. bf16 masks, widened and back.
void main(tensor x, tensor lo, tensor hi, tensor y)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const int5 origin = {0};
    const bfloat128 l = v_bf16_ld_g((__global__ bf16*)gen_addr(origin, lo));
    const bfloat128 h = v_bf16_ld_g((__global__ bf16*)gen_addr(origin, hi));
    const bfloat128 nil = 0;

    for (int r = s[1]; r < e[1]; r++)
        for (int d = s[0]; d < e[0]; d++)
        {
            int5 c = {0};
            c[0] = d * 128;
            c[1] = r;
            bfloat128 v = v_bf16_ld_tnsr_b(c, x);
            bool128 in = v_bf16_cmp_grt_b(v, l) & v_bf16_cmp_less_b(v, h);
            in = to_bool128(from_bool128(in));
            v_bf16_st_tnsr(c, y, v_bf16_mov_vb(v, 0, nil, in));
        }
}
