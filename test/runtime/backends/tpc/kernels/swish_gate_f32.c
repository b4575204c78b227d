// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// sig = sigmoid(x);  y = x * sig * gate.   Both are written: the backward needs sig.
void main(tensor x, tensor gate, tensor y, tensor sig) {
  const int5 s = get_index_space_offset();
  const int5 e = s + get_index_space_size();
  int5 c = {0};
  #pragma loop_taken
  for (int d = s[0] * 64; d < e[0] * 64; d += 64) {
    c[0] = d;
    #pragma loop_unroll(4) taken
    for (int r = s[1] * 4; r < e[1] * 4; r += 1) {  // rows past the end: loads give the pad, stores are culled
      c[1] = r;
      float64 v = v_f32_ld_tnsr_b(c, x);
      float64 g = v_f32_ld_tnsr_b(c, gate);
      float64 q = v_sigmoid_f32(v);
      v_f32_st_tnsr(c, sig, q);
      v_f32_st_tnsr(c, y, v * q * g);
    }
  }
}
