// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Dropout by a hash of (seed, element number): reproducible for any partition.
// y = kept ? x * scale : 0;  kept (1 or 0) is the second output.
// An element is kept where its hash >= threshold.
static uint64 mix(uint64 h)
{
    h ^= h >> 16;
    h *= 0x85EBCA6Bu;
    h ^= h >> 13;
    h *= 0xC2B2AE35u;
    h ^= h >> 16;
    return h;
}

void main(tensor x, tensor y, tensor kept, unsigned seed, unsigned threshold, float scale)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const unsigned n0 = get_dim_size(x, 0);
    const unsigned n1 = get_dim_size(x, 1);
    const uint64 lane = (uint64)V_LANE_ID_32;
    const float64 zero = 0.0f;
    const uint64 u_one = 1;

    int5 c = {0};
    for (int h = s[2]; h < e[2]; h++) {
        c[2] = h;
        for (int w = s[1]; w < e[1]; w++) {
            c[1] = w;
            unsigned base = ((unsigned)h * n1 + (unsigned)w) * n0;
            for (int d = s[0] * 64; d < e[0] * 64; d += 64) {
                c[0] = d;
                uint64 hash = mix((lane + (base + (unsigned)d)) ^ seed);
                bool64 keep = v_u32_cmp_geq_b(hash, threshold);
                float64 v = v_f32_ld_tnsr_b(c, x);
                v_f32_st_tnsr(c, y, v_f32_mul_vb(v, scale, 0, zero, keep));
                uint64 flag = 0;
                flag = v_u32_mov_vb(u_one, 0, flag, keep);
                v_u32_st_tnsr(c, kept, flag);
            }
        }
    }
}
