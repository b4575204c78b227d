# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tensors by coordinates and address, local memory, coordinates, descriptors: small kernels beside index formulas."""
import ml_dtypes
import numpy as np
import pytest
import tpc
import tpc_reference as ref
from table.model import TYPES

SIZES = {64: 4, 128: 2, 256: 1}


def kernel(tmp_path, text):
    path = tmp_path / "kernel.c"
    path.write_text(text)
    return path


def window(x, c, n, pad):
    """n elements from coordinates c, dimension 0 first; what is outside is the pad value."""
    out = np.full(n, pad, x.dtype)
    rest = tuple(reversed(c[1 : x.ndim]))
    if all(0 <= i < s for i, s in zip(rest, x.shape[:-1])) and not any(c[x.ndim :]):
        for i in range(n):
            if 0 <= c[0] + i < x.shape[-1]:
                out[i] = x[(*rest, c[0] + i)]
    return out


def place(y, c, values):
    rest = tuple(reversed(c[1 : y.ndim]))
    if all(0 <= i < s for i, s in zip(rest, y.shape[:-1])) and not any(c[y.ndim :]):
        for i, v in enumerate(values):
            if 0 <= c[0] + i < y.shape[-1]:
                y[(*rest, c[0] + i)] = v


def random_tensor(t, shape, seed):
    """Without NaN, so that arrays can be compared by bits and stores change nothing."""
    rng = np.random.default_rng(seed)
    return rng.integers(-60, 60, shape).astype(t.dtype) if t.name[0] != "u" else rng.integers(0, 120, shape).astype(t.dtype)


def same(a, b, t):
    assert np.array_equal(a.view(t.bits), b.view(t.bits))


COORDINATES = [(0, 0, 0), (5, 1, 1), (-3, 2, 1), (-300, 0, 0), (280, 0, 1), (290, 3, 1), (0, -1, 0), (0, 4, 1), (17, 1, 2), (2**31 - 4, 0, 0)]


@pytest.mark.parametrize("name", TYPES)
def test_tensor_accesses(name, tmp_path):
    t, cpp = ref.TYPES[name], TYPES[name]
    lanes, half = t.lanes, t.lanes // 2
    path = kernel(tmp_path, f"""
void main(tensor X, tensor C, tensor Y, tensor Z, int pred) {{
  int5 s = get_index_space_offset(), e = s + get_index_space_size();
  for (int i = s[0]; i < e[0]; i++) {{
    int5 c = {{0}}, k = {{0}}, y = {{0}};
    y[1] = i;
    for (int d = 0; d < 3; d++) {{ k[0] = d; k[1] = i; c[d] = s_i32_ld_g((__global__ int*)gen_addr(k, C)); }}
    {cpp.vector} old = v_{name}_ld_tnsr_b(y, Z);
    v_{name}_st_tnsr(y, Y, v_{name}_ld_tnsr_b(c, X)); y[1] += 10;
    v_{name}_st_tnsr(y, Y, v_{name}_ld_tnsr_low_b(c, X, 0, old)); y[1] += 10;
    v_{name}_st_tnsr(y, Y, v_{name}_ld_tnsr_high_b(c, X, 0, old)); y[1] += 10;
    v_{name}_st_tnsr(y, Y, v_{name}_ld_tnsr_partial_b(c, X, 6, 9, 0, old)); y[1] += 10;
    v_{name}_st_tnsr(y, Y, v_{name}_ld_tnsr_b(c, X, 0, old, pred)); y[1] += 10;
    v_{name}_st_tnsr(y, Y, v_{name}_ld_tnsr_b(c, X, 0, old, pred, 1)); y[1] += 10;
    v_{name}_st_tnsr(c, Z, old, 0, pred, 1);
  }}
}}""")
    x = random_tensor(t, (2, 3, 300), 1)
    cs = np.array(COORDINATES, np.int32)
    for pred in (0, 1):
        y, z = np.zeros((60, lanes), t.dtype), random_tensor(t, (10, lanes), 2)
        keep = z.copy()
        tpc.run(path, [x, cs, y, z], [pred], [len(cs)], "gaudi3", pads={0: 7})
        for i, c in enumerate(COORDINATES):
            full, old = window(x, c, lanes, 7), keep[i]
            same(y[i], full, t)
            same(y[10 + i], np.concatenate([full[:half], old[half:]]), t)
            same(y[20 + i], np.concatenate([old[:half], full[:half]]), t)
            part = old.copy()
            part[9:16] = full[:7]
            same(y[30 + i], part, t)
            same(y[40 + i], full if pred else old, t)
            same(y[50 + i], old if pred else full, t)


@pytest.mark.parametrize("name", TYPES)
def test_tensor_stores(name, tmp_path):
    t, lanes = ref.TYPES[name], ref.TYPES[name].lanes
    half = lanes // 2
    path = kernel(tmp_path, f"""
#define AT(n) c[2] = n
void main(tensor X, tensor C, tensor Y, int pred) {{
  int5 s = get_index_space_offset(), e = s + get_index_space_size();
  for (int i = s[0]; i < e[0]; i++) {{
    int5 c = {{0}}, k = {{0}}, z = {{0}};
    k[1] = i; c[0] = s_i32_ld_g((__global__ int*)gen_addr(k, C)); k[0] = 1; c[1] = s_i32_ld_g((__global__ int*)gen_addr(k, C));
    {TYPES[name].vector} x = v_{name}_ld_tnsr_b(z, X);
    AT(0); v_{name}_st_tnsr(c, Y, x);
    AT(1); v_{name}_st_tnsr_low(c, Y, x);
    AT(2); v_{name}_st_tnsr_high(c, Y, x);
    AT(3); v_{name}_st_tnsr_partial(c, Y, x, 6, 9);
    AT(4); v_{name}_st_tnsr(c, Y, x, 0, pred);
    AT(5); v_{name}_st_tnsr(c, Y, x, 0, pred, 1);
  }}
}}""")
    x, cs = random_tensor(t, (lanes,), 3), np.array(COORDINATES[:8], np.int32)
    for pred in (0, 1):
        y, expected = np.zeros((6, 4, 290), t.dtype), np.zeros((6, 4, 290), t.dtype)
        tpc.run(path, [x, cs, y], [pred], [len(cs)], "gaudi2")
        for c in COORDINATES[:8]:
            for n, part in enumerate([x, x[:half], x[half:], x[9:16], x if pred else x[:0], x[:0] if pred else x]):
                place(expected, (c[0], c[1], n), part)
        same(y, expected, t)


@pytest.mark.parametrize("name", TYPES)
def test_addresses_and_local_memory(name, tmp_path):
    t, cpp = ref.TYPES[name], TYPES[name]
    path = kernel(tmp_path, f"""
__local__ {cpp.vector} keep[3];
void main(tensor X, tensor Y) {{
  int5 c = {{0}}, y = {{0}};
  {cpp.vector} x = v_{name}_ld_tnsr_b(c, X), z = 0;
  c[0] = 5;
  __global__ {cpp.scalar}* p = (__global__ {cpp.scalar}*)gen_addr(c, X);
  v_{name}_st_tnsr(y, Y, v_{name}_ld_g(p)); y[1]++;
  v_{name}_st_tnsr(y, Y, v_{name}_ld_g(p + 2)); y[1]++;
  {cpp.scalar} e = s_{name}_ld_g(p + 1);
  s_{name}_st_l(64, e);
  v_{name}_st_tnsr(y, Y, s_{name}_ld_l(64)); y[1]++;
  v_{name}_st_l_v(512, x);
  v_{name}_st_tnsr(y, Y, v_{name}_ld_l_v_b(512)); y[1]++;
  v_{name}_st_tnsr(y, Y, v_{name}_ld_l_v_low_b(512, 0, z)); y[1]++;
  v_{name}_st_tnsr(y, Y, v_{name}_ld_l_v_high_b(512, 0, z)); y[1]++;
  v_{name}_st_l_v(512, z); v_{name}_st_l_v_low(512, x); v_{name}_st_tnsr(y, Y, v_{name}_ld_l_v_b(512)); y[1]++;
  v_{name}_st_l_v(512, z); v_{name}_st_l_v_high(512, x); v_{name}_st_tnsr(y, Y, v_{name}_ld_l_v_b(512)); y[1]++;
  keep[1] = x; keep[2] = z; keep[2] = keep[1];
  v_{name}_st_tnsr(y, Y, keep[2]);
  c[0] = 3; c[1] = 9;
  s_{name}_st_g(gen_addr(c, Y), e);
}}""")
    x, y, half = random_tensor(t, (t.lanes,), 4), np.zeros((10, t.lanes), t.dtype), t.lanes // 2
    tpc.run(path, [x, y])
    zero = np.zeros(half, t.dtype)
    for i, expected in enumerate([np.repeat(x[5], t.lanes), np.repeat(x[7], t.lanes), np.repeat(x[6], t.lanes), x,
                                  np.concatenate([x[:half], zero]), np.concatenate([zero, x[:half]]), np.concatenate([x[:half], zero]),
                                  np.concatenate([x[half:], zero]), x]):
        same(y[i], expected, t)
    assert y[9, 3].view(t.bits) == x[6].view(t.bits)


RMW = {"i8": 0, "i16": 1, "i32": 2, "u8": 3, "u16": 4, "u32": 5, "bf16": 6, "f32": 7, "f16": 8}
OPERATIONS = [np.add, np.subtract, np.minimum, np.maximum, lambda a, b: np.maximum(a + b, 0)]


@pytest.mark.parametrize("name", RMW)
def test_reduce_stores(name, tmp_path):
    t = ref.TYPES[name]
    path = kernel(tmp_path, f"""
void main(tensor X, tensor Y) {{
  int5 c = {{0}};
  {TYPES[name].vector} x = v_{name}_ld_tnsr_b(c, X);
""" + "".join(f"c[1] = {op}; v_{name}_st_tnsr_rmw(c, Y, x, MkRMW({RMW[name]}, {op}, 1, {op & 1}));\n" for op in range(5)) + f"""
  c[1] = 5; v_{name}_st_tnsr_rmw(c, Y, x, MkRMW(e_rmw_{'int8 int16 int32 uint8 uint16 uint32 bf16 fp32 fp16'.split()[RMW[name]]}, e_rmw_max, 0, e_tnsr_dt_srf));
  c[1] = 6; v_{name}_st_tnsr_partial_rmw(c, Y, x, MkRMW({RMW[name]}, RMW_OP_ADD, 1, 0), 3, 4);
  c[1] = 7; v_{name}_st_tnsr_low_rmw(c, Y, x, MkRMW({RMW[name]}, 0, 1, 0)); v_{name}_st_tnsr_high_rmw(c, Y, x, MkRMW({RMW[name]}, 0, 1, 0));
}}""")
    n, half = t.lanes - 10, t.lanes // 2
    x, y = random_tensor(t, (t.lanes,), 5), random_tensor(t, (8, n), 6)
    before = y.copy()
    tpc.run(path, [x, y])
    info = None if t.is_float else np.iinfo(t.dtype)

    def held(values):
        return values.astype(t.dtype) if info is None else np.clip(values, info.min, info.max).astype(t.dtype)

    old, new = before.astype(np.float64), x.astype(np.float64)
    for op, f in enumerate(OPERATIONS):
        same(y[op], held(f(old[op], new[:n])), t)
    same(y[5], x[:n], t)
    old[6, :4] += new[4:8]
    same(y[6], held(old[6]), t)
    first = held(old[7, :half] + new[:half]).astype(np.float64)
    same(y[7, : half], held(first + new[half:])[:half], t)


def test_masks_and_interleaving(tmp_path):
    path = kernel(tmp_path, """
void main(tensor X, tensor M, tensor Y, tensor N) {
  int5 c = {0};
  bool256 m = v_i1_ld_tnsr_b(c, M);
  v_i1_st_tnsr(c, N, ~m);
  short128 x = v_i16_ld_tnsr_b(c, X);
  v_i16_st_tnsr(c, Y, x, SW_PACK); c[1] = 1;
  v_i16_st_tnsr(c, Y, v_i16_ld_tnsr_b(c, X, SW_UNPACK)); c[1] = 2;
  int128 w = v_convert_i16_to_i32_all_b(x);
  v_i16_st_tnsr(c, Y, v_convert_i32_to_i16_all_b(w)); c[1] = 3;
  v_i16_st_tnsr(c, Y, v_i16_mov_vb(x, 0, 5, to_bool128(m)));
}""")
    x = np.arange(256, dtype=np.int16).reshape(2, 128)
    m = np.random.default_rng(0).integers(0, 256, 32).astype(np.uint8)
    y, n = np.zeros((4, 128), np.int16), np.zeros(32, np.uint8)
    tpc.run(path, [x, m, y, n])
    assert np.array_equal(n, ~m)
    assert np.array_equal(y[0], np.concatenate([x[0, ::2], x[0, 1::2]]))
    assert np.array_equal(y[1], ref.interleave([x[1, :64], x[1, 64:]]))
    assert np.array_equal(y[2], x[0])
    assert np.array_equal(y[3], np.where(np.unpackbits(m, bitorder="little")[::2], x[0], 5))


def test_coordinates_and_descriptors(tmp_path):
    path = kernel(tmp_path, """
void main(tensor X, tensor Y, int n) {
  int5 a = {10, 20, 30, 40, 50}, b = {1, 2, 3, 4, 5}, y = {0};
#define PUT(v) v_i32_st_tnsr_partial(y, Y, v, 0, 0); y[0]++
#define PUT5(v) do { int5 v_ = v; PUT(v_[0]); PUT(v_[1]); PUT(v_[2]); PUT(v_[3]); PUT(v_[4]); } while (0)
  PUT5(i_i32_add(a, b, 0b10101, 0, b));
  PUT5(i_i32_sub(a, 3, 0b00011, 0, a));
  PUT5(i_i32_max(a, 25, 31, 0, a));
  PUT5(i_i32_add(a, b, 31, 0, b, 0));
  PUT5(set_indx(7, a, 0b01010, 0));
  PUT5(prmt_indx(a, 1 | 0 << 3 | 2 << 6 | 4 << 9 | 3 << 12, 0));
  PUT(mov_irf_dim(a, 3, 0));
  PUT(get_dim_size(X, 0)); PUT(get_dim_size(X, 1)); PUT(get_dim_size(X, 2)); PUT(get_dim_stride(X, 1)); PUT(get_pad_value_int(X));
  set_dim_size(X, 0, 3); set_pad_value_int(X, 99);
  PUT(get_dim_size(X, 0));
  int5 c = {0}; c[0] = 2;
  int64 v = v_i32_ld_tnsr_b(c, X);
  PUT(v);
  c[0] = 3;
  PUT(v_i32_ld_tnsr_b(c, X));
  PUT(n);
}""")
    x, y = np.arange(10, dtype=np.int32).reshape(2, 5), np.zeros(100, np.int32)
    tpc.run(path, [x, y], [-4], pads={0: 77})
    expected = [11, 2, 33, 4, 55, 7, 17, 30, 40, 50, 25, 25, 30, 40, 50, 1, 2, 3, 4, 5, 10, 7, 30, 7, 50, 20, 10, 30, 50, 40, 40,
                5, 2, 1, 5, 77, 3, 2, 99, -4]
    assert list(y[: len(expected)]) == expected


def test_coordinate_arithmetic(tmp_path):
    calls = {"mul": lambda a, b: a * b, "min": min, "and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b,
             "shl": lambda a, b: a << b, "shr": lambda a, b: a >> b}
    path = kernel(tmp_path, """
void main(tensor Y) {
  int5 a = {10, 20, 30, 40, 50}, b = {1, 2, 3, 4, 5}, old = {-1, -2, -3, -4, -5}, y = {0}, r;
#define PUT5() for (int d = 0; d < 5; d++) { y[0] = d; v_i32_st_tnsr_partial(y, Y, mov_irf_dim(r, d), 0, 0); } y[1]++
""" + "".join(f"r = i_i32_{op}(a, b, 0b10111, 0, old); PUT5();\n" for op in calls) + """
  r = i_i32_mov(a, 0b00011, 0, old); PUT5();
  r = i_i32_not(a, 0b00011, 0, old); PUT5();
  r = i_i32_not(a, 0b00011, 0, old, 0); PUT5();
}""")
    y = np.zeros((10, 5), np.int32)
    tpc.run(path, [y])
    a, b, old = [10, 20, 30, 40, 50], [1, 2, 3, 4, 5], [-1, -2, -3, -4, -5]
    for i, f in enumerate(calls.values()):
        assert list(y[i]) == [old[d] if d == 3 else f(a[d], b[d]) for d in range(5)]
    assert y[7:].tolist() == [[10, 20, -3, -4, -5], [~10, ~20, -3, -4, -5], old]


def test_random_registers_and_local_masks(tmp_path):
    path = kernel(tmp_path, """
void main(tensor Y, tensor M) {
  int5 c = {0};
  write_lfsr(V_LANE_ID_32 * 3 + 1);
  v_u32_st_tnsr(c, Y, read_lfsrnc()); c[1]++;
  v_u32_st_tnsr(c, Y, read_lfsr_b()); c[1]++;
  v_u32_st_tnsr(c, Y, read_lfsr_b()); c[1]++;
  v_u32_st_tnsr(c, Y, s_read_lfsrnc()); c[1]++;
  v_u32_st_tnsr(c, Y, s_read_lfsr()); c[1]++;
  v_u32_st_tnsr(c, Y, s_read_lfsr());
  c[1] = 0;
  bool256 m = v_i1_ld_tnsr_b(c, M);
  v_i1_st_l_v(64, m);
  c[1] = 1;
  v_i1_st_tnsr(c, M, v_i1_ld_l_v(64));
  c[1] = 2;
  s_i1_st_l(8, true);
  v_u8_st_tnsr_partial(c, M, s_i1_ld_l(8) && s_i1_ld_g(gen_addr(c, M)) ? 7 : 9, 0, 0);
  set_dim_stride(M, 1, 1); c[1] = 3;
  v_u8_st_tnsr_partial(c, M, 5, 0, 0);
}""")
    y, m = np.zeros((6, 64), np.uint32), np.arange(160, dtype=np.uint8).reshape(5, 32)
    before = m.copy()
    tpc.run(path, [y, m])

    def step(x):
        x = x ^ x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        return x ^ x << 5 & 0xFFFFFFFF

    x = [i * 3 + 1 for i in range(64)]
    assert list(y[0]) == list(y[1]) == x
    x = [step(v) for v in x]
    assert list(y[2]) == x
    x = [step(v) for v in x]
    assert set(y[3]) == set(y[4]) == {x[0]} and set(y[5]) == {step(x[0])}
    assert np.array_equal(m[1], before[0]) and m[2, 0] == 7 and m[0, 3] == 5


def test_canonical_nan_of_stores_and_lfsr(tmp_path):
    path = kernel(tmp_path, """
void main(tensor X, tensor Y, tensor I, tensor R) {
  int5 c = {0};
  float64 x = v_f32_ld_tnsr_b(c, X);
  v_f32_st_tnsr(c, Y, x);
  v_f32_st_tnsr(c, I, x);
  float64 r = 0;
  v_f32_st_tnsr(c, R, as_float64(LFSR));
  for (int i = 0; i < 4000; i++) r += v_convert_bf16_to_f32_all_b(v_convert_f32_to_bf16_all_b((float128){1.001f, 1.0f}, SW_SR)).v1;
  c[1] = 1;
  v_f32_st_tnsr(c, R, r * (1.0f / 4000));
}""")
    bits = np.arange(64, dtype=np.uint32) * 0x1000 + 0x7FFFF000
    x, y, i, r = bits.view(np.float32), np.zeros(64, np.float32), np.zeros(64, np.int32), np.zeros((2, 64), np.float32)
    tpc.run(path, [x, y, i, r])
    nan = np.isnan(x)
    assert np.array_equal(y.view(np.uint32), np.where(nan, 0x7FFFFFFF, bits)) and nan.any()
    assert np.array_equal(i.view(np.uint32), bits)  # an integer tensor keeps them
    assert len(set(r[0].view(np.uint32))) == 64
    assert abs(r[1].mean() - 1.001) < 5e-5  # stochastic rounding keeps the mean
    again = np.zeros((2, 64), np.float32)
    tpc.run(path, [x, y, i, again])
    assert np.array_equal(r.view(np.uint32), again.view(np.uint32))


def test_rounding_register(tmp_path):
    path = kernel(tmp_path, """
void main(tensor Y) {
  int5 c = {0};
  s_i32_st_l(0xCA8, 2, SW_MMIO);
  v_i32_st_tnsr(c, Y, v_convert_f32_to_i32_b(1.25f, SW_CSR)); c[0] += 64;
  v_i32_st_tnsr(c, Y, s_i32_ld_l(0xCA8, SW_MMIO)); c[0] += 64;
  v_i32_st_tnsr(c, Y, v_convert_f32_to_i32_b(1.25f, SW_RHNE));
}""")
    y = np.zeros(192, np.int32)
    tpc.run(path, [y])
    assert list(y[::64]) == [2, 2, 1]


TABLE_USES = [  # interval's arguments, table, function, arguments
    ("17, SW_LUT_SQRT_RSQRT", 128, np.sqrt, (1, 3.99)), ("16, SW_LUT_SQRT_RSQRT", 1, lambda x: 1 / np.sqrt(x), (1, 3.99)),
    ("16, 0", 129, lambda x: 1 / x, (1, 1.999)), ("17, 0", 256, lambda x: 2.0 ** (x - 1), (1, 1.999)),
    ("0, SW_LUT_TANH", 0, np.tanh, (0.001, 7.9)), ("0, SW_LUT_SIN_COS", 130, lambda x: np.sin(x) / x, (0.001, 0.785)),
    ("16, SW_LUT_LOG", 2, lambda x: np.where(x < 2, np.log2(x) / np.where(x == 1, np.nan, x - 1), np.log2(x / 2)), (1.001, 3.99))]


@pytest.mark.parametrize("interval, table, function, between", TABLE_USES)
def test_tables(interval, table, function, between, tmp_path):
    path = kernel(tmp_path, f"""
void main(tensor X, tensor Y) {{
  int5 c = {{0}};
  for (; c[0] < 640; c[0] += 64) {{
    float64 x = v_f32_ld_tnsr_b(c, X);
    uint64_float64_pair_t e = v_f32_get_lut_entry_and_interval_start_b(x, {interval});
    float64 v = x - e.v2;
    if ({table} == 2) v = v_f32_sel_less_f32_b(x, 2.0f, v, v * 0.5f);
    float64 c0 = v_f32_lookup_1c(e.v1, {table}, 0);
    float128 c12 = v_f32_lookup_2c(e.v1, {table}, 0);
    v_f32_st_tnsr(c, Y, v_f32_mac_b(v_f32_mac_b(c12.v2, v, c12.v1), v, c0));
  }}
}}""")
    x, y = np.linspace(*between, 640).astype(np.float32), np.zeros(640, np.float32)
    tpc.run(path, [x, y])
    expected = function(x.astype(np.float64))
    assert np.max(np.abs(y - expected) / np.maximum(np.abs(expected), 0.05)) < 1.5e-6


def test_user_table(tmp_path):
    path = kernel(tmp_path, """
void main(tensor T, tensor Y) {
  int5 c = {0};
  set_lut_32(T);
  v_f32_st_tnsr(c, Y, v_f32_lookup_1c(V_LANE_ID_32, 128, SW_LUT_PTR));
}""")
    table, y = np.arange(384, dtype=np.float32).reshape(128, 3), np.zeros(64, np.float32)
    tpc.run(path, [table, y])
    assert np.array_equal(y, table[:64, 0])


def test_scalar_division(tmp_path):
    path = kernel(tmp_path, """
void main(tensor Y, unsigned a, unsigned b) {
  int5 c = {0};
  uint32_t_pair_t r = s_u32_udiv(a, b);
  v_u32_st_tnsr(c, Y, r.v1); c[0] = 64;
  v_u32_st_tnsr(c, Y, r.v2);
}""")
    for a, b in [(17, 5), (2**32 - 1, 3), (4, 0)]:
        y = np.zeros(128, np.uint32)
        tpc.run(path, [y], [a, b])
        assert (y[0], y[64]) == ((a // b, a % b) if b else (2**32 - 1, a))


@pytest.mark.parametrize("text, message", [
    ("v_f32_st_l_v(100000, 0.0f);", "beyond local memory"),
    ("int5 c = {0}; v_f32_st_tnsr(c, 5, 0.0f);", "a tensor that the kernel does not have"),
    ("int5 c = {0}; c[0] = 4000; float a = s_f32_ld_g(gen_addr(c, X)); v_f32_st_tnsr(c, X, a);", "outside of all tensors"),
    ("int5 c = {0}; v_f32_st_tnsr_partial(c, X, 0.0f, 10, 60);", "beyond the last lane"),
    ("int5 c = {0}; v_f32_st_tnsr_rmw(c, X, 0.0f, MkRMW(0, 0, 1, 0));", "another type"),
    ("int5 c = {0}; v_f32_st_tnsr(c, X, v_f32_lookup_1c(0, 77, 0));", "table that does not exist")])
def test_faults(text, message, tmp_path):
    path = kernel(tmp_path, f"\n\nvoid main(tensor X) {{\n{text} }}")
    with pytest.raises(tpc.KernelError, match=message) as error:
        tpc.run(path, [np.zeros(64, np.float32)])
    assert f"{path}:4:" in str(error.value) or "table" in message


def test_touched_ranges(tmp_path):
    path = kernel(tmp_path, """
void main(tensor X, tensor Y) {
  int5 s = get_index_space_offset(), c = s;
  c[0] *= 64;
  float64 x = v_f32_ld_tnsr_b(c, X);
  v_f32_st_tnsr_partial(c, Y, x, 3, 0);
}""")
    x, y = np.zeros((3, 128), np.float32), np.zeros((3, 128), np.float32)
    touched = tpc.run(path, [x, y], space=[2, 3], check="members").touched
    assert len(touched) == 6
    assert touched[1, 2] == {(0, "load"): ([64, 2, 0, 0, 0], [127, 2, 0, 0, 0]), (1, "store"): ([64, 2, 0, 0, 0], [67, 2, 0, 0, 0])}
