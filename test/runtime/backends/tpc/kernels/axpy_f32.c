// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* out := a * x + y
 *
 * Written against the index registers: no subscript on an int5 anywhere.
 * One member = 128 elements of dim 0 (two vectors) of one row.
 */
#define DIM0 (1 << 0)
#define DIM1 (1 << 1)
#define NO_SW 0

void main(tensor x, tensor y, tensor out, float a)
{
    const int5 origin = {0};
    const int5 lo = get_index_space_offset();
    const int5 hi = lo + get_index_space_size();

    const int col_lo = mov_irf_dim(lo, 0, NO_SW) * 128;
    const int col_hi = mov_irf_dim(hi, 0, NO_SW) * 128;
    const int row_lo = mov_irf_dim(lo, 1, NO_SW);
    const int row_hi = mov_irf_dim(hi, 1, NO_SW);

    const int5 next_vector = set_indx(64, origin, DIM0, NO_SW);
    const int5 next_row    = set_indx(1, origin, DIM1, NO_SW);

    int5 row = set_indx(col_lo, origin, DIM0, NO_SW);
    row      = set_indx(row_lo, row, DIM1, NO_SW);

    for (int r = row_lo; r < row_hi; ++r) {
        int5 at = row;
        for (int c = col_lo; c < col_hi; c += 64) {
            /*                             switches income  pred pol */
            float64 vx = v_f32_ld_tnsr_b(at, x, NO_SW, 0.0f, 1, 0);
            float64 vy = v_f32_ld_tnsr_b(at, y, NO_SW, 0.0f, 1, 0);
            vy = v_f32_mac_b(vx, a, vy, (e_no_negation) << 1, 1, 0);
            v_f32_st_tnsr(at, out, vy, NO_SW, 1, 0);
            at = i_i32_add(at, next_vector, DIM0, NO_SW, at);
        }
        row = i_i32_add(row, next_row, DIM1, NO_SW, row);
    }
}
