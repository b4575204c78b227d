# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles TPC-C kernels behind the emulation headers and runs them on numpy arrays.

  outcome = tpc.run("relu.c", [x, y], [0.5], space=[2, 4])

numpy's last axis is the kernel's dimension 0.
"""
import ctypes, fcntl, hashlib, itertools, math, os, pathlib, re, struct, subprocess, sys, tempfile
from dataclasses import dataclass, field

import ml_dtypes
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = ROOT / "runtime/backends/tpc/include"
GENERATOR = ROOT / "utils/tpc-header"
GENERATIONS = {"gaudi": 1, "gaudi2": 2, "gaudi3": 3}
CLANG = os.environ.get("LCOMPILE_CLANG", "clang-22")
DTYPES = {np.dtype(t): 1 << bit for t, bit in [
    (np.int8, 2), (np.uint8, 3), (ml_dtypes.float8_e5m2, 4), (ml_dtypes.float8_e4m3, 5), (np.int16, 6), (np.uint16, 7),
    (ml_dtypes.bfloat16, 8), (np.float16, 9), (np.int32, 10), (np.uint32, 11), (np.float32, 12), (np.bool_, 3)]}
RANK = 5
KINDS = {0: "load", 1: "store", 2: "rmw", 3: "fence"}


class KernelError(Exception):
    """What the compiler or the kernel says, with file and line."""


Ints = ctypes.POINTER(ctypes.c_int)
Touch = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, Ints, Ints, ctypes.c_int)
Print = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_char), ctypes.c_uint)
Fault = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("dtype", ctypes.c_uint), ("rank", ctypes.c_uint), ("size", ctypes.c_uint * RANK),
                ("pad", ctypes.c_uint), ("stride", ctypes.c_ulonglong * RANK)]


class Launch(ctypes.Structure):
    _fields_ = [("offset", ctypes.c_int * RANK), ("size", ctypes.c_int * RANK), ("n_tensors", ctypes.c_uint), ("n_scalars", ctypes.c_uint),
                ("tensors", ctypes.POINTER(Tensor)), ("scalars", ctypes.POINTER(ctypes.c_uint)), ("user", ctypes.c_void_p), ("touch", Touch),
                ("print", Print), ("fault", Fault)]


class Kernel(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint), ("n_tensors", ctypes.c_uint), ("n_scalars", ctypes.c_uint), ("scalar_types", ctypes.c_char * 33),
                ("vlm_bytes", ctypes.c_uint), ("slm_bytes", ctypes.c_uint), ("run", ctypes.CFUNCTYPE(None, ctypes.POINTER(Launch)))]


@dataclass
class Outcome:
    """What a run did beside writing its tensors."""

    text: str = ""
    # By member: {(tensor, kind): (low, high)}, both inclusive, dimension 0 first; only when asked for.
    touched: dict = field(default_factory=dict)


def digest(*parts):
    h = hashlib.sha256()
    for part in parts:
        h.update(part if isinstance(part, bytes) else str(part).encode())
        h.update(b"\0")
    return h.hexdigest()[:20]


def flags():
    return (HEADERS / "flags.txt").read_text().split()


def cache():
    folder = pathlib.Path(tempfile.gettempdir()) / f"lcompile-tpc-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def once(path, make):
    """Makes a file unless it is there; of several processes one does it."""
    if path.exists():
        return path
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            make(path)
    return path


def call(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise KernelError(result.stderr.strip())


def headers():
    """(folder of generated headers, digest of everything that a kernel is compiled with)."""
    sources = sorted([*HEADERS.glob("*.h"), *GENERATOR.rglob("*.py"), HEADERS / "flags.txt"])
    key = digest(*[p.read_bytes() for p in sources])

    def generate(path):
        call([sys.executable, str(GENERATOR / "generate.py"), "--out", str(path.parent)])
        path.write_text(key)

    folder = cache() / f"headers-{key}"
    folder.mkdir(exist_ok=True)
    once(folder / "done", generate)
    return folder, key


def includes(folder):
    return [f"-I{HEADERS}", f"-I{folder}"]


def precompiled(generation, extra=()):
    """The precompiled header of a generation."""
    folder, key = headers()

    def make(path):
        call([CLANG, "-x", "c++-header", *flags(), *extra, f"-DLC_TPC_GENERATION={GENERATIONS[generation]}", *includes(folder),
              str(HEADERS / "Kernel.h"), "-o", f"{path}.new"])
        os.rename(f"{path}.new", path)

    return once(folder / f"{generation}-{digest(*extra)}.pch", make)


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.S)


def needs_plain_local(text):
    """Whether __local__ stands before a pointer's target, where no storage class can."""
    return re.search(r"__local(__)?\s+[\w\s]*\*|\([^(){};]*\b__local(__)?\b", without_comments(text)) is not None


def compile_kernel(path, generation="gaudi2", extra=()):
    """The shared object of a kernel's file."""
    path = pathlib.Path(path).resolve()
    folder, key = headers()
    text = path.read_bytes()
    extra = [*extra, *(["-DLC_TPC_LOCAL_PLAIN"] if needs_plain_local(text.decode(errors="replace")) else [])]
    pch = precompiled(generation, extra)

    def make(out):
        wrapper = out.with_suffix(".cpp")
        wrapper.write_text(f'#include "{path}"\n#include "Entry.h"\n')
        call([CLANG, "-x", "c++", *flags(), *extra, f"-DLC_TPC_GENERATION={GENERATIONS[generation]}", *includes(folder), "-include-pch", str(pch),
              "-shared", str(wrapper), "-o", f"{out}.new"])
        os.rename(f"{out}.new", out)

    return once(cache() / f"kernel-{digest(key, path, text, generation, *extra)}.so", make)


_loaded = {}


def load(path, generation="gaudi2", extra=()):
    """The kernel of a file, compiled and loaded."""
    shared = compile_kernel(path, generation, extra)
    if shared not in _loaded:
        library = ctypes.CDLL(str(shared))
        library.lc_tpc_kernel_query.restype = ctypes.POINTER(Kernel)
        _loaded[shared] = library
    return _loaded[shared].lc_tpc_kernel_query().contents


def descriptor(array, pad):
    """A tensor over an array's memory."""
    t = Tensor()
    if array.ndim < 1 or array.ndim > RANK:
        raise KernelError(f"a tensor has 1 to {RANK} dimensions, not {array.ndim}")
    if array.size and array.shape[-1] > 1 and array.strides[-1] != array.itemsize:
        raise KernelError("the last axis of a tensor is contiguous")
    t.data, t.dtype, t.rank = array.ctypes.data, DTYPES[array.dtype], array.ndim
    for d in range(RANK):
        inside = d < array.ndim
        t.size[d] = array.shape[-1 - d] if inside else 1
        t.stride[d] = 1 if d == 0 else array.strides[-1 - d] // array.itemsize if inside else 0
    raw = np.array(pad).astype(array.dtype).tobytes()
    t.pad = int.from_bytes(raw, "little")
    return t


def scalar_bits(value, code):
    if code == "f":
        return struct.unpack("I", struct.pack("f", np.float32(value)))[0]
    if code in "bh":
        return int(np.array(value, {"b": ml_dtypes.bfloat16, "h": np.float16}[code]).view(np.uint16))
    return int(value) & 0xFFFFFFFF


def members(space):
    """All members of an index space, dimension 0 fastest."""
    for c in itertools.product(*[range(n) for n in reversed(space)]):
        yield tuple(reversed(c))


def run(kernel, tensors, scalars=(), space=(1,), generation="gaudi2", boxes=None, pads=None, check=None, extra=()):
    """Runs a kernel; outputs are written into the arrays.

    tensors: arrays in the order of the entry's arguments. scalars: numbers in that order. space: members by dimension, dimension 0 first.
    boxes: (offset, size) to run, in this order; the whole space by default. pads: by tensor number, what is read outside (0 by default).
    check: "members" runs every member alone and records what it touches.
    Raises KernelError with the compiler's messages, or the kernel's faults with their lines.
    """
    k = load(kernel, generation, extra)
    codes = k.scalar_types.decode()
    if len(tensors) != k.n_tensors or len(scalars) != k.n_scalars:
        raise KernelError(f"{kernel}: the kernel takes {k.n_tensors} tensors and {k.n_scalars} scalars, not {len(tensors)} and {len(scalars)}")
    outcome, faults, text, now = Outcome(), [], [], {}

    def touch(_, number, kind, low, high, line):
        if kind == 3:
            return
        low, high = low[:RANK], high[:RANK]
        old = now.get((number, KINDS[kind]), (low, high))
        now[number, KINDS[kind]] = ([min(p) for p in zip(old[0], low)], [max(p) for p in zip(old[1], high)])

    def fault(_, message, line):
        faults.append(f"{kernel}:{line}: {message.decode()}")

    keep = (Touch(touch) if check == "members" else Touch(), Print(lambda _, s, n: text.append(ctypes.string_at(s, n).decode())), Fault(fault))
    bits = (ctypes.c_uint * max(1, len(scalars)))(*[scalar_bits(v, c) for v, c in zip(scalars, codes)])
    if check == "members":
        boxes = [(m, [1] * len(space)) for m in members(space)]
    for offset, size in boxes or [([0] * len(space), list(space))]:
        described = (Tensor * max(1, len(tensors)))(*[descriptor(a, (pads or {}).get(i, 0)) for i, a in enumerate(tensors)])
        launch = Launch(n_tensors=len(tensors), n_scalars=len(scalars), tensors=described, scalars=bits, touch=keep[0], print=keep[1],
                        fault=keep[2])
        for d in range(RANK):
            launch.offset[d] = offset[d] if d < len(offset) else 0
            launch.size[d] = size[d] if d < len(size) else 1
        if math.prod(launch.size) == 0:
            continue
        now = {}
        k.run(ctypes.byref(launch))
        if check == "members":
            outcome.touched[tuple(offset)] = now
    outcome.text = "".join(text)
    if faults:
        raise KernelError("\n".join(dict.fromkeys(faults)))
    return outcome
