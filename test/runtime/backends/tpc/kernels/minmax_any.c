// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pointwise minimum and maximum. The element type is a macro, the intrinsics are
// pasted together from it: one text for every type, here u16 unless told otherwise.
#ifndef TYPE
#define TYPE   u16
#define VECTOR ushort128
#define LANES  128
#endif

#define PASTE4_(a, b, c, d) a##b##c##d
#define PASTE4(a, b, c, d)  PASTE4_(a, b, c, d)
#define LD  PASTE4(v_, TYPE, _ld_tnsr, _b)
#define ST  PASTE4(v_, TYPE, _st_tnsr, )
#define MIN PASTE4(v_, TYPE, _min, _b)
#define MAX PASTE4(v_, TYPE, _max, _b)

#define FOR(i, k, step) for (int i = s[k] * (step), i##_end = e[k] * (step); i < i##_end; i += (step))

void main(tensor a, tensor b, tensor lesser, tensor greater)
{
    const int5 s = get_index_space_offset();
    const int5 e = s + get_index_space_size();
    FOR(d, 0, LANES)
    FOR(w, 1, 1)
    FOR(h, 2, 1)
    FOR(n, 3, 1)
    FOR(f, 4, 1)
    {
        int5 c = { d, w, h, n, f };
        VECTOR p = LD(c, a);
        VECTOR q = LD(c, b);
        ST(c, lesser, MIN(p, q));
        ST(c, greater, MAX(p, q));
    }
}
