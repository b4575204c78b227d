// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Top value and its index per column over rows, masks, integer and mixed pairs.
#define UNROLL 2
void main(tensor x, tensor values, tensor indices)
{
    int5 c = {0}, s = get_index_space_offset();
    c[0] = s[0] * 64;
    float64 best = v_f32_ld_tnsr_b(c, x);
    int64 at = 0;
    const int rows = get_dim_size(x, 1);
#pragma loop_unroll(UNROLL)
    for (int r = 1; r < rows; r++) {
        c[1] = r;
        float64 v = v_f32_ld_tnsr_b(c, x);
        int64_float64_pair_t p = v_f32_sel2_grt_i32_b(v, best, (int64)r, at);
        at = p.v1; best = p.v2;
    }
    bool64 small = v_f32_cmp_less_b(best, 0.0f), even = v_i32_cmp_eq_b(at & 1, 0);
    bool64 both = v_i1_and_b(small, ~even) | (small & even);
    best = v_f32_sub_vb(0.0f, best, 0, best, both);
    at = v_i32_shl_b(at, 1, 0);
    at = v_i32_or_b(at, v_i32_shr_b(as_int64(best), (int64)31), 0);
    c[1] = 0;
    v_f32_st_tnsr(c, values, best);
    v_i32_st_tnsr(c, indices, at, SW_PACK & 0);
}
