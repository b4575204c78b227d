// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One Adam step on flat tensors, bias corrections folded into the scalars.
// The quotient uses the vector division operator.
void main(tensor g, tensor w, tensor m, tensor v, tensor w_new, tensor m_new, tensor v_new,
          float lr, float beta1, float beta2, float eps)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    int5 c = {0};
    const float rest1 = 1.0f - beta1;
    const float rest2 = 1.0f - beta2;
    #pragma loop_taken
    for (int i = s[0] * 64; i < e[0] * 64; i += 64)
    {
        c[0] = i;
        float64 grad = v_f32_ld_tnsr_b(c, g);
        float64 m1 = v_f32_ld_tnsr_b(c, m) * beta1 + grad * rest1;
        float64 v1 = v_f32_ld_tnsr_b(c, v) * beta2 + grad * grad * rest2;
        float64 den = v_sqrt_f32(v1) + eps;
        float64 w1 = v_f32_ld_tnsr_b(c, w) - lr * m1 / den;
        v_f32_st_tnsr(c, m_new, m1);
        v_f32_st_tnsr(c, v_new, v1);
        v_f32_st_tnsr(c, w_new, w1);
    }
}
