// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Inside [low, high): x + bias. Outside: x * slope. Equal to `hole`: 0.
// Masks by comparison, widened to bool256 and back, joined by &, used with both
// polarities.
void main(tensor x, tensor y, float low, float high, float bias, float slope, float hole)
{
    const int5 b = get_index_space_offset();
    const int5 t = b + get_index_space_size();

    int5 p = {0};
    for (int i4 = b[4]; i4 < t[4]; i4++) {
        p[4] = i4;
        for (int i3 = b[3]; i3 < t[3]; i3++) {
            p[3] = i3;
            for (int i2 = b[2]; i2 < t[2]; i2++) {
                p[2] = i2;
                for (int i1 = b[1]; i1 < t[1]; i1++) {
                    p[1] = i1;
                    for (int i0 = b[0]; i0 < t[0]; i0++) {
                        p[0] = i0 * 64;
                        float64 v = v_f32_ld_tnsr_b(p, x);
                        bool64 above = v_f32_cmp_geq_b(v, low);
                        bool64 below = v_f32_cmp_less_b(v, high);
                        bool256 wide = from_bool64(above & below);
                        bool64 inside = to_bool64(wide);

                        float64 r = v;
                        r = v_f32_add_vb(v, bias, 0, r, inside);
                        r = v_f32_mul_vb(v, slope, 0, r, inside, 1);      // where not inside
                        r = v_f32_mov_vb(0.0f, 0, r, v_f32_cmp_eq_b(v, hole), 0);
                        v_f32_st_tnsr(p, y, r);
                    }
                }
            }
        }
    }
}
