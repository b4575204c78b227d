// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r2
// target: gaudi2
// error: line 11, "array"
//
// An array of scalars whose length is a size.
void main(tensor x, tensor y)
{
    int5 c = {0};
    const int n = get_dim_size(x, 1);
    float weights[n + 1];
    for (int k = 0; k <= n; k++)
        weights[k] = 2.0f;
    v_f32_st_tnsr(c, y, v_f32_ld_tnsr_b(c, x) * weights[n]);
}
