// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One text for several types, by macros, with intrinsics hidden behind them.
#if defined(BFLOAT16)
#define VECTOR bfloat128
#define SCALAR bf16
#define VECTOR_SIZE 128
#define v_ld(c, t) v_bf16_ld_tnsr_b(c, t)
#define st_v(c, t, x) v_bf16_st_tnsr(c, t, x)
#define v_sel_less(a, b, c, d) v_bf16_sel_less_bf16_b(a, b, c, d)
#define v_sel_grt(a, b, c, d) v_bf16_sel_grt_bf16_b(a, b, c, d)
#else
#define VECTOR float64
#define SCALAR float
#define VECTOR_SIZE 64
#define v_ld(c, t) v_f32_ld_tnsr_b(c, t)
#define st_v(c, t, x) v_f32_st_tnsr(c, t, x)
#define v_sel_less(a, b, c, d) v_f32_sel_less_f32_b(a, b, c, d)
#define v_sel_grt(a, b, c, d) v_f32_sel_grt_f32_b(a, b, c, d)
#endif

typedef int int32_t;
typedef unsigned char uint8_t;
#define min(a, b) ((a) < (b) ? (a) : (b))
static inline int max(int a, int b) { return a > b ? a : b; }

void main(tensor ifm, tensor ofm, SCALAR alpha)
{
    const int dim0 = 0, dim1 = 1, dim2 = 2, dim3 = 3, dim4 = 4;
    const int5 index_space_start = get_index_space_offset();
    const int5 index_space_end = get_index_space_size() + index_space_start;
    int5 coords = { 0, 0, 0, 0, 0 };
    const int32_t w_end = min(index_space_end[dim1] * 4, max(get_dim_size(ifm, dim1), 0));
    const VECTOR zero = 0, six = alpha;

    #pragma loop_taken
    for (int d = index_space_start[dim0] * VECTOR_SIZE; d < index_space_end[dim0] * VECTOR_SIZE; d += VECTOR_SIZE)
    {
        coords[dim0] = d;
        for (int b = index_space_start[dim3]; b < index_space_end[dim3]; b += 1)
        {
            coords[dim3] = b;
            for (int h = index_space_start[dim2]; h < index_space_end[dim2]; h += 1)
            {
                coords[dim2] = h;
                #pragma loop_taken
                #pragma loop_unroll(4)
                for (int w = index_space_start[dim1] * 4; w < w_end; w += 1)
                {
                    coords[dim1] = w;
                    VECTOR x = v_ld(coords, ifm);
                    x = v_sel_less(x, zero, zero, x);
                    x = v_sel_grt(x, six, six, x);
                    st_v(coords, ofm, x);
                }
            }
        }
    }
}
