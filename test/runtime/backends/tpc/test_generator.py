# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The table is whole and tested, what is generated from it compiles, and generations have what they have."""
import json, pathlib, re, subprocess

import definitions, generate
import numpy as np
import pytest
import rows_arithmetic, rows_bits, rows_convert, rows_lanes, rows_special  # noqa: F401
import tpc
import tpc_calls
import tpc_rows
from table import functions

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated")
    generate.write_all(folder)
    return folder


def test_names_without_suffix_are_twins():
    by_key = {(f.name, tuple(p.type for p in f.params)): f for f in functions()}
    for f in functions():
        twin = by_key.get((f.name + "_b", tuple(p.type for p in f.params)))
        if twin:
            assert definitions.body(f) == definitions.body(twin) and f.params == twin.params


def test_every_row_has_a_test():
    """By a reference, or by a kernel that calls it."""
    texts = "\n".join(p.read_text() for p in [HERE / "test_memory.py", *HERE.glob("kernels/*.c"), HERE / "test_generator.py"])
    missing = []
    for name, members in tpc_rows.by_row().items():
        stem = re.sub(r"^[vs]_\*_", "", name).replace("_*", "").replace("i_i32_", "")
        if name not in tpc_rows.ROWS and stem not in texts:
            missing.append(name)
    assert not missing


def test_generation_is_deterministic(generated, tmp_path):
    generate.write_all(tmp_path)
    for path in generated.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_json(generated):
    entries = json.loads((generated / "tpc-intrinsics.json").read_text())["functions"]
    assert len(entries) == len(functions())
    symbols = [s for e in entries for s in e["symbols"]]
    assert len(symbols) == len(set(symbols))
    assert {e["slot"] for e in entries} == {"LOAD", "SPU", "VPU", "STORE"}
    assert next(e for e in entries if e["name"] == "v_f32_madd_b")["generation"] == "gaudi2"


@pytest.mark.parametrize("generation", tpc.GENERATIONS)
def test_declared_only(generated, generation, tmp_path):
    """The cycle model's form: a call for each vector of a result, values in registers."""
    flags = ["-std=c++20", "--target=spir64", "-O1", "-fno-unroll-loops", "-gline-tables-only", "-fpch-instantiate-templates",
             "-DLC_TPC_DECLARED_ONLY", f"-DLC_TPC_GENERATION={tpc.GENERATIONS[generation]}", "-Dmain=lc_tpc_main", "-fno-builtin",
             "-fno-operator-names", "-Wno-everything", "-Wno-error=c++11-narrowing", "-Wno-error=register", f"-I{tpc.HEADERS}", f"-I{generated}"]
    pch = tmp_path / "declared.pch"
    tpc.call([tpc.CLANG, "-x", "c++-header", *flags, str(tpc.HEADERS / "Kernel.h"), "-o", str(pch)])
    command = [tpc.CLANG, "-x", "c++", *flags, "-include-pch", str(pch), "-emit-llvm", "-S", "-o", "-"]
    for kernel in HERE.glob("kernels/*.c"):
        description = kernel.with_suffix(".json")
        targets = json.loads(description.read_text())["targets"] if description.exists() else tpc.GENERATIONS
        if generation not in targets or (kernel.name == "quantize.c" and generation == "gaudi"):
            continue
        if tpc.needs_plain_local(kernel.read_text()):
            continue  # needs a header of its own
        result = subprocess.run([*command, str(kernel)], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        assert "call spir_func" in result.stdout
        if kernel.name == "bf16_norm.c":
            assert re.search(r'call .*@v_bf16_mac_acc32_b\(', result.stdout)
            assert re.search(r'call .*@"v_bf16_mac_acc32_b#2"\(', result.stdout)


@pytest.mark.parametrize("call", ["v_f32_madd_b(0, 0, 0)", "v_f16_add_b(0, 0)", "v_f8_143_add_b(0, 0)", "(prefetch(gen_addr(c, X)), 0)"])
def test_gaudi_lacks(call, tmp_path):
    path = tmp_path / "kernel.c"
    path.write_text(f"void main(tensor X) {{ int5 c = {{0}};\n {call}; }}")
    tpc.compile_kernel(path, "gaudi2")
    name = re.search(r"\w+", call)[0]
    with pytest.raises(tpc.KernelError, match=rf"kernel.c:2.*'?{name}'? is unavailable: needs gaudi2"):
        tpc.compile_kernel(path, "gaudi")


def test_macros(tmp_path):
    path = tmp_path / "kernel.c"
    path.write_text("""
void main(tensor Y) {
  int5 c = {0};
  int n = MAX_TENSORS * 1000000 + MAX_SLM;
#ifdef __gaudi__
  n += 10000000;
#endif
#ifdef __gaudi2__
  n += 20000000;
#endif
#ifdef __gaudi3__
  n += 40000000;
#endif
#ifdef __gaudi2_plus__
  n += 100000000;
#endif
#if !defined(__TPC__) || !defined(__gaudi_plus__) || MAX_VLM != 81920
#error
#endif
  v_i32_st_tnsr_partial(c, Y, n, 0, 0);
  cache_flush(); cache_invalidate(); event(0); aso(SW_INC | SW_VPU); aso(SW_DEC | SW_SPU); prefetch_(gen_addr(c, Y));
}
""".replace("prefetch_(gen_addr(c, Y));", ""))
    for generation, expected in [("gaudi", 26001024), ("gaudi2", 136016384), ("gaudi3", 156016384)]:
        y = np.zeros(1, np.int32)
        tpc.run(path, [y], generation=generation)
        assert y[0] == expected


def test_c_that_is_not_cpp(tmp_path):
    """Names and forms that C has and C++ has not."""
    path = tmp_path / "kernel.c"
    path.write_text("""
typedef unsigned int uint32_t;
typedef unsigned long size_t;
static float fabs(float x) { return x < 0 ? -x : x; }
static float exp(float x) { return x; }
static int abs(int a), printf_count;
static int abs(int a) { return a < 0 ? -a : a; }
struct pair { int first, second; };
enum color { red, green };
int helper(register int template, const int *restrict operator) { return template + operator[0]; }
void main(tensor Y, unsigned short a, bf16 b, char d, half h)
{
  int class = 3, and = 1, not = 2, delete = 1, or, xor = 0;
  or = class;
  int table[4] = {[2] = 5, [0] = 1};
  struct pair p = {.second = 4, .first = 2};
  int5 c = {delete * 0u, 0}, z = (int5){0};
  enum color k = green;
  _Bool t = 1;
  bool64 m = 0; bool256 w = m; bool128 half_mask = w;
  m = v_f32_cmp_grt_b(1, 0); m |= from_bool64(m); m = !m ^ m;
  unsigned u = class * and + not + or + xor + table[2] + p.second + helper(1, table) + k + t + abs(-3) + (int)fabs(-2.0f) + (int)exp(1);
  float64 x = u, y = {0}; y = x;
  const float64 f[2] = {x, x};
  x = x > 5 ? f[0] : 0; x *= 2; x = -x; x = (x + 1) - 1;
  int64 q = (int64)v_convert_f32_to_i32_b(x, SW_RZ);
  q = (q << 1) >> 1; q &= ~0; q = q % 1000; q /= 1; q ^= 0; q |= 0;
  float256 quad = {x, x}; float128 two = {0}; two.v1 = x; two = two + two; quad.v4 = two.v1;
  for (unsigned i = 0; i < 2; i++) switch (e_every_second_element) { case e_group_0: break; }
  char256 bytes = (char256)q; uchar256 ub = (uchar256)bytes; q = *((int64*)&ub);
  v_i32_st_tnsr_partial(c, Y, q + (int)a + (int)(float)b + d + (int)(float)h, 0, 0);
}
""")
    y = np.zeros(1, np.int32)
    tpc.run(path, [y], [7, 2.5, -3, 1.5])
    u = 3 * 1 + 2 + 3 + 0 + 5 + 4 + (1 + 1) + 1 + 1 + 3 + 2 + 1
    assert y[0] == -2 * u + 7 + 2 - 3 + 1
