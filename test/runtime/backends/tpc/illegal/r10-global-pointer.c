// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r10
// target: gaudi
// error: line 7, "global"
//
// An address kept in a global variable.
__global__ float* where;
void main(tensor x, tensor y)
{
    int5 c = {0};
    where = (__global__ float*)gen_addr(c, x);
    v_f32_st_tnsr(c, y, v_f32_ld_g(where));
}
