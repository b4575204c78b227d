// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sum of squares of a bf16 row in f32, argmax, ternary operators, reinterpretation.
float128 square_acc(bfloat128 x, float128 acc) { return v_bf16_mac_acc32_b(x, x, acc, 0); }
void main(tensor x, tensor y, tensor z)
{
    int5 s = get_index_space_offset();
    int5 e = get_index_space_size() + s;
    for (int r = s[1]; r < e[1]; ++r) {
        int5 c = {0, r, 0, 0, 0};
        int5 o = {r};
        float128 acc = {0};
        bfloat128 best = as_bfloat128((short128)0xFF80);
        for (c[0] = 0; c[0] < get_dim_size(x, 0); c[0] += 128) {
            bfloat128 v = v_bf16_ld_tnsr_b(c, x);
            acc = square_acc(v, acc);
            bfloat128 positive = v > (bf16)0 ? v : -v;
            best = v_bf16_max_b(best, positive);
        }
        float64 total = v_f32_reduce_add(acc.v1 + acc.v2);
        total = v_rsqrt_f32(total * (1.0 / 256));
        v_f32_st_tnsr_partial(o, y, total, 0, 0);
        ushort128_bfloat128_pair_t arg = v_bf16_reduce_argmax(best);
        int64 bits = *((int64 *)&total);
        bits = (bits >> 23) & 0xFF;
        int which = arg.v1[0];
        o[1] = 0;
        v_i32_st_tnsr_partial(o, z, bits, 0, 0);
        o[1] = 1;
        v_i32_st_tnsr_partial(o, z, which, 0, 0);
    }
}
