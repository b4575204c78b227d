// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r6
// target: gaudi
// error: line 11, "prefetch"
//
// Prefetch of scalar loads came with gaudi2.
void main(tensor x, tensor y)
{
    int5 c = {0};
    __global__ float* p = (__global__ float*)gen_addr(c, x);
    prefetch(p);
    v_f32_st_tnsr(c, y, v_f32_ld_g(p));
}
