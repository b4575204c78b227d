// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Local memory behind pointers, helpers with pointer parameters, printf.
#pragma tpc_printf(enable)
__local__ float64 buffer[16];
__local__ int counter;

static void push(__local__ float64 *to, float64 x, int *n) { to[(*n)++] = x; counter += 1; }

void main(tensor x, tensor y, int times)
{
    int5 c = {0};
    int n = 0;
    counter = 0;
    __local__ float64 *p = buffer;
    for (int i = 0; i < times; i++, c[0] += 64) push(p, v_f32_ld_tnsr_b(c, x), &n);
    c[0] = 0;
    while (n--) { v_f32_st_tnsr(c, y, buffer[n]); c[0] += 64; }
    printf("count %d\n", counter);
    printf("first %f\n", buffer[0][3]);
}
