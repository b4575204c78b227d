// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rule: r2
// target: gaudi
// error: line 11, "array"
//
// An array of vectors whose length is a parameter.
void main(tensor x, tensor y, int n)
{
    int5 c = {0};
    c[0] = get_index_space_offset()[0] * 64;
    float64 rows[n];
    for (int k = 0; k < n; k++) {
        c[1] = k;
        rows[k] = v_f32_ld_tnsr_b(c, x);
    }
    for (int k = 0; k < n; k++) {
        c[1] = k;
        v_f32_st_tnsr(c, y, rows[n - 1 - k]);
    }
}
