// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// y[n][i][j] = x[n][j][i]: 64x64 tiles, in place in local memory.
//
// For each bit k of the lane number, rows i and i + k (bit k of i clear) exchange
// the lanes of i whose bit k is set with the lanes of i + k whose bit k is clear:
//   bits 0-2 by shuffles, bit 3 by groups, bits 4 and 5 by dual groups.
#define SIZE 64
#define EVERY_BYTE 0xFFFFFFFFu

__local__ float64 tile[SIZE];

#define SWEEP(k, TAKE_HIGH, TAKE_LOW)              \
    for (int base = 0; base < SIZE; base += 2 * k) \
        for (int i = base; i < base + k; i++) {    \
            float64 a = tile[i];                   \
            float64 b = tile[i + k];               \
            float64 p = a;                         \
            float64 q = b;                         \
            TAKE_HIGH                              \
            TAKE_LOW                               \
            tile[i] = p;                           \
            tile[i + k] = q;                       \
        }

#define SHUFFLE_SWEEP(k)                                                      \
    {                                                                         \
        uint64 map = ((lane & 7) ^ k) | (lane & 8) << 2 | 0x80;               \
        uint64 nothing = 0;                                                   \
        uchar256 high = (uchar256)((lane & k) != 0 ? map : nothing);          \
        uchar256 low  = (uchar256)((lane & k) != 0 ? nothing : map);          \
        SWEEP(k, p = v_f32_shuffle_b(b, high, 0, p);, q = v_f32_shuffle_b(a, low, 0, q);) \
    }

void main(tensor x, tensor y)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    const uint64 lane = (uint64)V_LANE_ID_32;
    int5 c = {0};

    for (int n = s[2]; n < e[2]; n++)
        for (int tj = s[1]; tj < e[1]; tj++)
            for (int ti = s[0]; ti < e[0]; ti++) {
                c[2] = n;
                c[0] = ti * SIZE;
                for (int i = 0; i < SIZE; i++) {
                    c[1] = tj * SIZE + i;
                    tile[i] = v_f32_ld_tnsr_b(c, x);
                }

                SHUFFLE_SWEEP(1)
                SHUFFLE_SWEEP(2)
                SHUFFLE_SWEEP(4)
                SWEEP(8,
                      p = v_f32_mov_group_b(b, EVERY_BYTE, (1 << 1) | (15 << 2), p);,
                      q = v_f32_mov_group_b(a, EVERY_BYTE, (1 << 0) | (15 << 2), q);)
                SWEEP(16,
                      p = v_f32_mov_dual_group_b(b, EVERY_BYTE, 0, 1, MkWr(1, 1), p);
                      p = v_f32_mov_dual_group_b(b, EVERY_BYTE, 2, 3, MkWr(1, 1), p);,
                      q = v_f32_mov_dual_group_b(a, EVERY_BYTE, 1, 0, MkWr(1, 1), q);
                      q = v_f32_mov_dual_group_b(a, EVERY_BYTE, 3, 2, MkWr(1, 1), q);)
                SWEEP(32,
                      p = v_f32_mov_dual_group_all_b(b, EVERY_BYTE, 0, 0, 0, 1, MkWrA(0, 0, 3, 3), p);,
                      q = v_f32_mov_dual_group_all_b(a, EVERY_BYTE, 2, 3, 0, 0, MkWrA(3, 3, 0, 0), q);)

                c[0] = tj * SIZE;
                for (int i = 0; i < SIZE; i++) {
                    c[1] = ti * SIZE + i;
                    v_f32_st_tnsr(c, y, tile[i]);
                }
            }
}
