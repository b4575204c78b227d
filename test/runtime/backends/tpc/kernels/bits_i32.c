// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bit games: ones = population count, mixed = reverse(x << k | x >> (32 - k)) ^ ~x.
// 0 < k < 32.
void main(tensor x, tensor ones, tensor mixed, int k)
{
    const int5 lo = get_index_space_offset();
    const int5 hi = lo + get_index_space_size();
    int5 c = {0};
    #pragma loop_taken
    for (int i = lo[0]; i < hi[0]; ++i) {
        c[0] = i * 64;
        #pragma loop_taken
        for (int j = lo[1]; j < hi[1]; ++j) {
            c[1] = j;
            int64 v = v_i32_ld_tnsr_b(c, x);
            int64 left = v_i32_shl_b(v, k);
            int64 right = v_i32_shr_b(v, 32 - k);     // zeros come in
            int64 t = v_i32_brev_b(v_i32_or_b(left, right));
            t = v_i32_xor_b(t, v_i32_not_b(v));
            v_i32_st_tnsr(c, ones, v_i32_popcnt_b(v));
            v_i32_st_tnsr(c, mixed, t);
        }
    }
}
