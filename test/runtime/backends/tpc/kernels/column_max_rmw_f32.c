// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// y[d] = max over all rows, one reducing store per row. y starts at -inf.
void main(tensor x, tensor y) {
  const int5 s = get_index_space_offset(), e = s + get_index_space_size();
  int5 c = {0};  int5 o = {0};
  for (int h = s[2]; h < e[2]; h += 1) { c[2] = h;
    for (int w = s[1]; w < e[1]; w += 1) { c[1] = w;
      for (int d = s[0] * 64; d < e[0] * 64; d += 64) {
        c[0] = d;  o[0] = d;
        v_f32_st_tnsr_rmw(o, y, v_f32_ld_tnsr_b(c, x), MkRMW(7, 3, 1, 0), 0, 1, 0); } } } }
