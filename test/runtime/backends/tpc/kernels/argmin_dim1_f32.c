// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// (min, argmin) along dim 1: nothing crosses lanes.
void main(tensor x, tensor lowest, tensor where)
{
  int5 s = get_index_space_offset();
  int5 e = s + get_index_space_size();
  unsigned steps = get_dim_size(x, 1);

  for (int d = s[0]; d < e[0]; d += 1) {
    for (int b = s[1]; b < e[1]; b += 1) {
      int5 c = { d * 64, 0, b, 0, 0 };
      int64_float64 m;
      m.v1 = 0;
      m.v2 = v_f32_ld_tnsr_b(c, x);
      for (unsigned k = 1; k < steps; k += 1) {
        c[1] = k;
        int64 kk = (int)k;
        m = v_f32_sel2_less_i32_b(v_f32_ld_tnsr_b(c, x), m.v2, kk, m.v1);
      }
      int5 o = { d * 64, b, 0, 0, 0 };
      v_f32_st_tnsr(o, lowest, m.v2);
      v_i32_st_tnsr(o, where, m.v1);
    }
  }
}
