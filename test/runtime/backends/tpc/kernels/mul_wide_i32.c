// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The 64-bit product of two i32: low word, high word signed, high word unsigned.
// The high word comes from 16-bit halves.
static uint64 high_word(uint64 a, uint64 b)
{
    uint64 al = a & 0xFFFF, ah = a >> 16;
    uint64 bl = b & 0xFFFF, bh = b >> 16;
    uint64 low  = al * bl;
    uint64 mid  = ah * bl + (low >> 16);
    uint64 mid2 = al * bh + (mid & 0xFFFF);
    return ah * bh + (mid >> 16) + (mid2 >> 16);
}

void main(tensor a, tensor b, tensor lo, tensor hi, tensor uhi)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const int64 zero = 0;
    int5 c = {0};

    for (int i = s[0]; i < e[0]; i++) {
        c[0] = i * 64;
        int64 x = v_i32_ld_tnsr_b(c, a);
        int64 y = v_i32_ld_tnsr_b(c, b);
        uint64 u = high_word((uint64)x, *((uint64*)&y));
        int64 h = (int64)u;
        h -= x < 0 ? y : zero;
        h -= y < 0 ? x : zero;
        v_i32_st_tnsr(c, lo, x * y);
        v_i32_st_tnsr(c, hi, h);
        v_u32_st_tnsr(c, uhi, u);
    }
}
