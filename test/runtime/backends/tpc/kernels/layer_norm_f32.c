// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Layer norm over dim 0: y, and mean and 1/std per row for the backward.
// Two sweeps over a row of at most 2048 elements kept in 8 KB of VLM.
#define MAX_VECTORS 32

__local__ float64 row[MAX_VECTORS];

static float64 only(float64 v, int64 lane, int left)
{
    float64 nil = 0.0f;
    return v_f32_mov_vb(v, 0, nil, v_i32_cmp_less_b(lane, left));
}

void main(tensor x, tensor gamma, tensor beta,
          tensor y, tensor mean, tensor rstd,
          int n, float inv_n, float eps)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const int64 lane = (int64)V_LANE_ID_32;
    int5 c = {0}, cg = {0}, cs = {0};

    for (int r = s[0]; r < e[0]; ++r) {
        c[1]  = r;
        cs[0] = r;

        float64 total = 0.0f;
        for (int d = 0, k = 0; d < n; d += 64, ++k) {
            c[0] = d;
            float64 v = only(v_f32_ld_tnsr_b(c, x), lane, n - d);
            row[k] = v;
            total += v;
        }
        float64 mu = v_f32_reduce_add(total) * inv_n;

        float64 squares = 0.0f;
        for (int d = 0, k = 0; d < n; d += 64, ++k) {
            float64 t = only(row[k] - mu, lane, n - d);
            squares = v_f32_mac_b(t, t, squares, 0);
        }
        float64 rs = v_rsqrt_f32(v_f32_reduce_add(squares) * inv_n + eps);

        for (int d = 0, k = 0; d < n; d += 64, ++k) {
            c[0] = cg[0] = d;
            float64 g = v_f32_ld_tnsr_b(cg, gamma);
            float64 b = v_f32_ld_tnsr_b(cg, beta);
            v_f32_st_tnsr(c, y, v_f32_mac_b((row[k] - mu) * rs, g, b, 0));
        }
        v_f32_st_tnsr_partial(cs, mean, mu, 0, 0);   // one element
        v_f32_st_tnsr_partial(cs, rstd, rs, 0, 0);
    }
}
