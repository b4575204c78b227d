// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r6
// target: gaudi
// error: line 13, "minifloat256"
//
// The first generation has no fp8.
void main(tensor x, tensor y)
{
    int5 c = {0};
    float256 f;
    f.v1 = v_f32_ld_tnsr_b(c, x);
    f.v2 = f.v3 = f.v4 = f.v1;
    minifloat256 q = convert_float256_to_minifloat256(f, SW_LINEAR);
    v_u8_st_tnsr(c, y, (uchar256)q);
}
