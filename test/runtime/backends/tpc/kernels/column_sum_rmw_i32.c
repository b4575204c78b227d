// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// y[d] += sum of four rows of x per member, by reducing stores: any order of members
// gives the same integers. y is cleared before the launch.
#define DT_I32 2
#define OP_ADD (e_rmw_add)

void main(tensor x, tensor y)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    int5 cx = {0}, cy = {0};

    for (int d = s[0] * 64; d < e[0] * 64; d += 64) {
        cx[0] = d;
        cy[0] = d;
        for (int g = s[1]; g < e[1]; g++) {
            int64 acc = 0;
            #pragma loop_unroll(4)
            for (int w = g * 4; w < g * 4 + 4; w++) {
                cx[1] = w;
                acc += v_i32_ld_tnsr_b(cx, x);     // pad 0 below the last row
            }
            v_i32_st_tnsr_rmw(cy, y, acc, MkRMW(DT_I32, OP_ADD, 1, 0));
        }
    }
}
