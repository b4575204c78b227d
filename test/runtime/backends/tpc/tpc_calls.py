# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Calls single intrinsics with operands from numpy: many of them compiled into one library."""
import ctypes, functools, os, re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tpc
import tpc_reference as ref
from table import functions
from table.model import TYPES, Function

BATCH = 120  # functions of one library
SUPPORT = """
struct Guard {
  unsigned before = __builtin_ia32_stmxcsr();
  lc_tpc_launch_t launch = {};
  Guard() { __builtin_ia32_ldmxcsr(0x9FC0); lc_tpc::here.launch = &launch; }
  ~Guard() { __builtin_ia32_ldmxcsr(before); }
};
template <class T> static T get(const unsigned char *p) { T x; __builtin_memcpy(&x, p, sizeof x); return x; }
template <class T> static void put(unsigned char *p, T x) { __builtin_memcpy(p, &x, sizeof x); }
extern "C" __attribute__((visibility("default"))) void reset(unsigned rounding, unsigned seed) {
  lc_tpc::here.csr_rounding = rounding;
  lc_tpc::seed(seed);
}
"""


@functools.cache
def table():
    """The functions to call: a form without a suffix is its twin with _b under another name, which test_generator.py checks."""
    names = {f.name for f in functions()}
    return [f for f in functions() if f.name + "_b" not in names]


VECTORS = {t.vector: t for t in TYPES.values()}
FLEXIBLE = {"lc_tpc::lanes32": "int64", "lc_tpc::lanes16": "short128", "lc_tpc::lanes8": "char256"}
SCALARS = {**{t.scalar: ref.TYPES[n].bits for n, t in TYPES.items()}, "bool": np.uint8, "int": np.int32}


def operand_type(type):
    """(element type name or None, parts, lanes per part) of a C++ type of an operand or a result."""
    type = FLEXIBLE.get(type, type)
    if match := re.fullmatch(r"lc_tpc::product<(\w+), \w+>", type):
        type = match[1]
    if match := re.fullmatch(r"lc_tpc::pair<(\w+), (\w+)>", type):
        return [operand_type(match[1])[0], operand_type(match[2])[0]]
    if type == "uint64_float64":
        return [["u32"], ["f32"]]
    if type in VECTORS:
        return [VECTORS[type].name]
    match = re.fullmatch(r"([a-z]+)(\d+)", type)
    if match and match[1] != "bool":
        for t in TYPES.values():
            if t.vector.rstrip("0123456789") == match[1]:
                return [t.name] * (int(match[2]) // t.lanes)
    return None


def is_vector(type):
    return operand_type(type) is not None or type.startswith("bool") and type != "bool"


def wrapper(index, f):
    vector = is_vector(f.result) or any(is_vector(p.type) for p in f.params)
    args = [f"get<{FLEXIBLE.get(p.type, p.type)}>(in[{j}]" + ("" if vector else f" + k * sizeof({p.type})") + ")"
            for j, p in enumerate(f.params)]
    call = f"{f.name}({', '.join(args)})"
    if f.result in FLEXIBLE:
        call = f"{FLEXIBLE[f.result]}({call})"
    body = f"put(out, {call});" if vector else f"for (int k = 0; k < n; ++k) put(out + k * sizeof({f.result}), {call});"
    return (f'extern "C" __attribute__((visibility("default"))) void f{index}(const unsigned char *const *in, unsigned char *out, int n) '
            f"{{ Guard guard; {body} }}\n")


_libraries = {}


def build(wanted, generation="gaudi3"):
    """Compiles libraries that hold the functions, two at a time; gives a name to call each by."""
    wanted = [f for f in wanted if key(f, generation) not in _libraries]
    batches = [wanted[i : i + BATCH] for i in range(0, len(wanted), BATCH)]

    def compile_batch(batch):
        text = '#include "Words.h"\n' + SUPPORT + "".join(wrapper(i, f) for i, f in enumerate(batch))
        return shared(text, generation)

    with ThreadPoolExecutor(2) as pool:
        for batch, path in zip(batches, pool.map(compile_batch, batches)):
            library = ctypes.CDLL(str(path))
            for i, f in enumerate(batch):
                _libraries[key(f, generation)] = (library, getattr(library, f"f{i}"))


def key(f, generation):
    return (f.name, tuple(p.type for p in f.params), generation)


def shared(text, generation):
    """A library of C++ text behind the headers; without optimisations that only take time."""
    folder, digest = tpc.headers()
    pch = tpc.precompiled(generation, ("-O1",))
    source = tpc.cache() / f"calls-{tpc.digest(digest, text, generation)}.cpp"
    output = source.with_suffix(".so")

    def make(out):
        source.write_text(text)
        tpc.call([tpc.CLANG, "-x", "c++", *tpc.flags(), "-O1", f"-DLC_TPC_GENERATION={tpc.GENERATIONS[generation]}", *tpc.includes(folder),
                  "-include-pch", str(pch), "-shared", str(source), "-o", f"{out}.new"])
        os.rename(f"{out}.new", out)

    return tpc.once(output, make)


def call(f, operands, count=1, generation="gaudi3", rounding=0, seed=1):
    """The bytes of f(operands); an operand is an array with the bits of its type, or a number."""
    build([f], generation)
    library, function = _libraries[key(f, generation)]
    buffers = []
    for p, x in zip(f.params, operands):
        if is_vector(p.type) or isinstance(x, np.ndarray):
            buffers.append(np.ascontiguousarray(x))
        else:
            buffers.append(np.full(count, x, SCALARS[p.type]))
    out = np.zeros(1024 if is_vector(f.result) else 8 * count, np.uint8)
    pointers = (ctypes.c_void_p * len(buffers))(*[b.ctypes.data for b in buffers])
    library.reset(rounding, seed)
    function(pointers, ctypes.c_void_p(out.ctypes.data), count)
    return out
