// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// argmax along a short dim 0 (at most 64 elements): one vector, one reduction.
// The pad value of x is -inf, so lanes past the end never win.
void main(tensor x, tensor index, tensor value)
{
    int5 s = get_index_space_offset();
    int5 e = s + get_index_space_size();
    for (int i = s[0]; i < e[0]; i++) {
        int5 src = {0};
        src[1] = i;
        int5 dst = {0};
        dst[0] = i;
        uint64_float64_pair_t best = v_f32_reduce_argmax(v_f32_ld_tnsr_b(src, x));
        v_i32_st_tnsr_partial(dst, index, (int64)best.v1, 0, 0);
        v_f32_st_tnsr_partial(dst, value, best.v2, 0, 0);
    }
}
