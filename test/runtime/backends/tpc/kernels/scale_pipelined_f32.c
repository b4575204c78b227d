// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Flat y = x * alpha + beta: one loop, not nested, of 8 vectors per member.
void main(tensor x, tensor y, float alpha, float beta)
{
    const int from = get_index_space_offset()[0] * 512;
    const int upto = from + get_index_space_size()[0] * 512;
    const float64 b = beta;
    int5 c = {0};

    #pragma loop_unroll(4) pipelined
    for (int d = from; d < upto; d += 64) {
        c[0] = d;
        v_f32_st_tnsr(c, y, v_f32_mac_b(v_f32_ld_tnsr_b(c, x), alpha, b));
    }
}
