// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// y[r][i] = x[r][index[i]] along dim 0: one lane at a time.
void main(tensor x, tensor index, tensor y, int count)
{
  const int5 s = get_index_space_offset();
  const int5 e = s + get_index_space_size();
  const int64 lane = (int64)V_LANE_ID_32;
  int5 cx = {0};
  int5 ci = {0};
  int5 cy = {0};
  for (int r = s[1]; r < e[1]; r++) {
    cx[1] = r;
    cy[1] = r;
    for (int d = s[0] * 64; d < e[0] * 64; d += 64) {
      int lanes = count - d < 64 ? count - d : 64;
      float64 v = 0;
      for (int j = 0; j < lanes; j++) {
        ci[0] = d + j;
        __global__ void* pi = gen_addr(ci, index);
        cx[0] = s_i32_ld_g(pi);
        __global__ void* px = gen_addr(cx, x);
        v = v_f32_mov_vb(v_f32_ld_g(px), 0, v, v_i32_cmp_eq_b(lane, j));
      }
      cy[0] = d;
      v_f32_st_tnsr(cy, y, v);
    }
  }
}
