// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r8
// target: gaudi2
// error: line 7 to 12, "15"
//
// Sixteen tensors and printf, which needs one of them.
#pragma tpc_printf(enable)

void main(tensor t0, tensor t1, tensor t2, tensor t3, tensor t4, tensor t5,
          tensor t6, tensor t7, tensor t8, tensor t9, tensor t10, tensor t11,
          tensor t12, tensor t13, tensor t14, tensor t15)
{
    int5 c = {0};
    float64 v = v_f32_ld_tnsr_b(c, t0) + v_f32_ld_tnsr_b(c, t1) + v_f32_ld_tnsr_b(c, t2) + v_f32_ld_tnsr_b(c, t3);
    v += v_f32_ld_tnsr_b(c, t4) + v_f32_ld_tnsr_b(c, t5) + v_f32_ld_tnsr_b(c, t6) + v_f32_ld_tnsr_b(c, t7);
    v += v_f32_ld_tnsr_b(c, t8) + v_f32_ld_tnsr_b(c, t9) + v_f32_ld_tnsr_b(c, t10) + v_f32_ld_tnsr_b(c, t11);
    v += v_f32_ld_tnsr_b(c, t12) + v_f32_ld_tnsr_b(c, t13) + v_f32_ld_tnsr_b(c, t14);
    printf("first %f\n", v[0]);
    v_f32_st_tnsr(c, t15, v);
}
