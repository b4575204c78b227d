// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// 256 pixels at a time: out = a + b saturated at 255, but `ink` where a > level and
// b > level.
void main(tensor a, tensor b, tensor out, int level, int ink)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    uchar256 lvl = (unsigned char)level;
    uchar256 dot = (unsigned char)ink;

    int5 c = {0};
    for (int y = s[1]; y < e[1]; y++) {
        c[1] = y;
        for (int x = s[0] * 256; x < e[0] * 256; x += 256) {
            c[0] = x;
            uchar256 va = v_u8_ld_tnsr_b(c, a);
            uchar256 vb = v_u8_ld_tnsr_b(c, b);
            bool256 both = v_u8_cmp_grt_b(va, lvl) & v_u8_cmp_grt_b(vb, lvl);
            uchar256 sum = v_u8_add_b(va, vb, SW_SAT);
            sum = v_u8_mov_vb(dot, 0, sum, both);
            v_u8_st_tnsr(c, out, sum);
        }
    }
}
