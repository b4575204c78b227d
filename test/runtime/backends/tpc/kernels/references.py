# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the hand-written TPC-C kernels of this folder compute, and on what to try them.

`KERNELS[name]` is the kernel of `name.c` and `name.json`:

  reference(inputs, scalars) -> {output: array}   numpy, from the mathematics, not from
                                                  the kernel; an output left out of the
                                                  result is not compared (scratch)
  cases                                           list of `Case`

Conventions
  * Arrays are in C order: numpy's last axis is TPC dim 0. The helpers `dims` take sizes
    with dim 0 first, as the JSON files and the kernels do.
  * bf16 is `ml_dtypes.bfloat16`; f16 is `numpy.float16`; fp8 results are compared as u8.
  * Formulas of the JSON files: x[k] is the size of dim k of tensor x, 1 past its rank; a name
    is a scalar; ceildiv and floordiv. Beyond numbers and formulas the files use: a
    list of formulas as the shape of an output, formulas inside access ranges, "all" for a
    tensor whose range cannot be stated, "init" and "reducible" for reducing stores, pads
    "inf" and "-inf", and "assumes", what the kernel supposes where the language is silent.
  * `Case.scalars` has every scalar of the JSON file, also those it derives from sizes,
    in the order of `main`.
  * `Output.initial` fills an output before the launch: reducing stores add to it. For
    other outputs the content before the launch must not matter.
  * Sub-normals are zero, in and out; the inputs have none and results that could be
    sub-normal are avoided.
  * Whole-number data are used where a sum must be exact in any order.
"""

import dataclasses
import typing

import ml_dtypes
import numpy as np

BF16 = ml_dtypes.bfloat16
F32, I32, U32, I16, U16, I8, U8, F16 = (
    np.float32,
    np.int32,
    np.uint32,
    np.int16,
    np.uint16,
    np.int8,
    np.uint8,
    np.float16,
)
EVERYWHERE = ("gaudi", "gaudi2", "gaudi3")
GAUDI2_ON = ("gaudi2", "gaudi3")


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """|got - want| <= absolute + relative |want| + of_max max|want| + ulp ulps of want.

    NaN equals NaN, an infinity only itself. `ulp` counts in the type of the output."""

    why: str
    ulp: float = 0
    absolute: float = 0
    relative: float = 0
    of_max: float = 0

    def check(self, got, want):
        """True where `got` is within the tolerance of `want`, elementwise."""
        if want.dtype.kind in "iub":
            return got == want
        step = np.spacing(np.maximum(np.abs(want.astype(F32)), np.finfo(F32).tiny)).astype(np.float64)
        if want.dtype == BF16:
            step = step * 2.0**16
        elif want.dtype == F16:
            step = step * 2.0**13
        g, w = got.astype(np.float64), want.astype(np.float64)
        finite = np.isfinite(w)
        most = np.max(np.abs(w[finite]), initial=0.0)
        with np.errstate(invalid="ignore"):
            limit = self.absolute + self.relative * np.abs(w) + self.of_max * most + self.ulp * step
            near = np.abs(g - w) <= limit
        return np.where(finite, near, (g == w) | (np.isnan(g) & np.isnan(w)))


@dataclasses.dataclass(frozen=True)
class Output:
    shape: tuple  # numpy order
    dtype: type
    initial: typing.Optional[float] = None


@dataclasses.dataclass(frozen=True)
class Case:
    label: str
    inputs: dict  # name -> array, in the order of main
    scalars: dict  # name -> int or float
    outputs: dict  # name -> Output, in the order of main
    tolerance: typing.Union[Tolerance, dict]  # one, or one per output
    targets: tuple = EVERYWHERE


@dataclasses.dataclass(frozen=True)
class Kernel:
    reference: typing.Callable
    cases: list


KERNELS = {}

EXACT = Tolerance("moves, integers, comparisons: bit-equal")
ONE_ULP = Tolerance("f32 elementwise", ulp=1)
SUMS = Tolerance("f32 sums in another order", of_max=1e-5)
BF16_ROUNDING = Tolerance("one rounding to bf16 may fall the other way", relative=2.0**-7)

LENGTHS = (1, 2, 63, 64, 65, 127, 129, 1000)
RANKED = ((65,), (129, 3), (63, 5, 2), (64, 2, 3, 2), (7, 3, 2, 2, 3))


def random(*key):
    """A generator of its own for every case."""
    return np.random.default_rng(abs(hash_of(key)))


def hash_of(key):
    value = 2166136261
    for byte in repr(key).encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


def dims(sizes):
    """numpy shape of sizes given with dim 0 first."""
    return tuple(reversed(sizes))


def normal(rng, sizes, dtype=F32, scale=1.0):
    return (rng.standard_normal(dims(sizes)) * scale).astype(F32).astype(dtype)


def uniform(rng, sizes, low, high, dtype=F32):
    return rng.uniform(low, high, dims(sizes)).astype(F32).astype(dtype)


def whole(rng, sizes, low, high, dtype):
    """Whole numbers of [low, high]."""
    return rng.integers(low, high, dims(sizes), endpoint=True, dtype=np.int64).astype(dtype)


def like(array, dtype=None, initial=None):
    return Output(array.shape, dtype or array.dtype.type, initial)


def double(array):
    return array.astype(np.float64)


def name_of(sizes):
    return "x".join(map(str, sizes))


def kernel(name, reference):
    """Registers the decorated generator of cases."""

    def register(cases):
        KERNELS[name] = Kernel(reference, list(cases()))
        return cases

    return register


def rows_of(lengths=LENGTHS, rows=3):
    return [(n, rows) for n in lengths] + [(65,)]


# --- elementwise -------------------------------------------------------------------


def leaky_relu(i, s):
    x, k = i["x"], F32(s["slope"])
    return {"y": np.where(x > 0, x, x * k)}


@kernel("leaky_relu_f32", leaky_relu)
def _():
    for sizes in (*RANKED, *rows_of()):
        x = normal(random("leaky", sizes), sizes)
        yield Case(name_of(sizes), {"x": x}, {"slope": 0.1}, {"y": like(x)}, ONE_ULP)
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e30, -1e30], F32)
    yield Case("special", {"x": x}, {"slope": 0.25}, {"y": like(x)}, ONE_ULP)


def axpy(i, s):
    return {"out": (double(i["x"]) * float(F32(s["a"])) + double(i["y"])).astype(F32)}


@kernel("axpy_f32", axpy)
def _():
    for sizes in rows_of((*LENGTHS, 128, 257)):
        rng = random("axpy", sizes)
        x, y = normal(rng, sizes), normal(rng, sizes)
        yield Case(name_of(sizes), {"x": x, "y": y}, {"a": -1.7}, {"out": like(x)}, ONE_ULP)
    # the MAC rounds once: 1 + 2^-23 squared, less its leading part
    x = np.full((3, 70), 1 + 2.0**-23, F32)
    y = np.full((3, 70), -(1 + 2.0**-22), F32)
    yield Case("one-rounding", {"x": x, "y": y}, {"a": float(1 + 2.0**-23)}, {"out": like(x)}, ONE_ULP)


def prelu_gain(i, s):
    x = i["x"]
    gain = i["gain"].reshape((-1,) + (1,) * 3)
    full = x.reshape((1,) * (4 - x.ndim) + x.shape)
    return {"y": (np.where(full > 0, full, full * i["slope"]) * gain).reshape(x.shape)}


@kernel("prelu_gain_f32", prelu_gain)
def _():
    for sizes in ((65, 3, 2, 2), (1, 5, 3, 3), (129, 2, 2, 1), (64, 3, 5), (127, 2), (1000,)):
        rng = random("prelu", sizes)
        x = normal(rng, sizes)
        images = sizes[3] if len(sizes) > 3 else 1
        inputs = {"x": x, "slope": normal(rng, sizes[:1]), "gain": uniform(rng, (images,), 0.5, 2)}
        yield Case(name_of(sizes), inputs, {}, {"y": like(x)}, ONE_ULP)


def swish_gate(i, s):
    sig = 1 / (1 + np.exp(-double(i["x"])))
    return {"sig": sig.astype(F32), "y": (double(i["x"]) * sig * double(i["gate"])).astype(F32)}


@kernel("swish_gate_f32", swish_gate)
def _():
    tolerance = Tolerance("no figure for sigmoid: 4 ulp near 1, two products", ulp=6, absolute=1e-6)
    for sizes in ((1, 1), (63, 4), (64, 5), (65, 7), (127, 8), (1000, 3), (65,)):
        rng = random("swish", sizes)
        x, gate = uniform(rng, sizes, -8, 8), uniform(rng, sizes, -2, 2)
        outputs = {"y": like(x), "sig": like(x)}
        yield Case(name_of(sizes), {"x": x, "gate": gate}, {}, outputs, tolerance)


def tanh_sin_cos(i, s):
    x = double(i["in"])
    return {"out_tanh": np.tanh(x).astype(F32), "out_sin": np.sin(x).astype(F32), "out_cos": np.cos(x).astype(F32)}


@kernel("tanh_sin_cos_f32", tanh_sin_cos)
def _():
    trig = Tolerance("4 ulp of 1; near zeros the range reduction shows", absolute=5e-7)
    tolerance = {"out_tanh": Tolerance("special function", ulp=4), "out_sin": trig, "out_cos": trig}
    for sizes in rows_of():
        x = uniform(random("trig", sizes), sizes, -8, 8)
        outputs = {name: like(x) for name in ("out_tanh", "out_sin", "out_cos")}
        yield Case(name_of(sizes), {"in": x}, {}, outputs, tolerance)


@kernel("softplus_f32", lambda i, s: {"Y": np.logaddexp(0, double(i["X"])).astype(F32)})
def _():
    tolerance = Tolerance("exp 1 ulp, the sum 1 + t rounds, log 3 ulp", ulp=4, absolute=4e-7)
    for sizes in rows_of((*LENGTHS, 128, 257)):
        x = uniform(random("softplus", sizes), sizes, -30, 30)
        yield Case(name_of(sizes), {"X": x}, {}, {"Y": like(x)}, tolerance)


def gelu(i, s):
    x = double(i["x"])
    y = 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))
    return {"y": y.astype(F32).astype(BF16)}


@kernel("gelu_bf16", gelu)
def _():
    tolerance = Tolerance("one bf16 rounding; 1 + tanh cancels below zero", relative=2.0**-7, absolute=4e-6)
    for sizes in (*rows_of((*LENGTHS, 128)), (130, 3, 2)):
        x = normal(random("gelu", sizes), sizes, BF16, 2.0)
        yield Case(name_of(sizes), {"x": x}, {}, {"y": like(x)}, tolerance)


def clip_masks(i, s):
    x = i["x"]
    low, high, bias, slope, hole = (F32(s[k]) for k in ("low", "high", "bias", "slope", "hole"))
    y = np.where((x >= low) & (x < high), x + bias, x * slope)
    return {"y": np.where(x == hole, F32(0), y)}


@kernel("clip_masks_f32", clip_masks)
def _():
    scalars = {"low": -1.0, "high": 2.0, "bias": 0.75, "slope": 0.3, "hole": 1.5}
    for sizes in (*RANKED, *rows_of()):
        x = np.round(normal(random("clip", sizes), sizes) * 4).astype(F32) / F32(2)
        yield Case(name_of(sizes), {"x": x}, scalars, {"y": like(x)}, ONE_ULP)


def scale(i, s):
    alpha, beta = float(F32(s["alpha"])), float(F32(s["beta"]))
    return {"y": (double(i["x"]) * alpha + beta).astype(F32)}


@kernel("scale_pipelined_f32", scale)
def _():
    for n in (1, 64, 511, 512, 513, 1000, 4099):
        x = normal(random("pipe", n), (n,))
        yield Case(str(n), {"x": x}, {"alpha": 1.3, "beta": -0.2}, {"y": like(x)}, ONE_ULP)


@kernel("relu_printf_f32", lambda i, s: {"y": np.maximum(i["x"], F32(0))})
def _():
    for sizes in ((1, 1), (65, 2), (64, 3)):
        x = normal(random("printf", sizes), sizes)
        yield Case(name_of(sizes), {"x": x}, {}, {"y": like(x)}, EXACT)


def polynomial(i, s):
    x, p = double(i["x"]), np.zeros_like(i["x"])
    for k in i["table"][::-1]:
        p = (double(p) * x + float(k)).astype(F32)
    return {"y": p}


@kernel("polynomial_slm_f32", polynomial)
def _():
    tolerance = Tolerance("a chain of MACs, each rounding once", of_max=1e-6)
    for sizes, terms in (((1, 1), 1), ((65, 3), 8), ((127, 2), 16), ((1000,), 5)):
        rng = random("poly", sizes)
        x = uniform(rng, sizes, -1, 1)
        yield Case(f"{name_of(sizes)}-{terms}", {"x": x, "table": normal(rng, (terms,))}, {}, {"y": like(x)}, tolerance)


def luma(i, s):
    r, g, b = double(i["rgb"])
    k = [float(F32(v)) for v in (0.299, 0.587, 0.114)]
    return {"luma": (r * k[0] + g * k[1] + b * k[2]).astype(F32)}


@kernel("rgb_to_luma_f32", luma)
def _():
    tolerance = Tolerance("three roundings of positive terms", ulp=2)
    for sizes in ((1, 1, 3), (63, 2, 3), (65, 3, 3), (129, 5, 3), (1000, 2, 3)):
        x = uniform(random("luma", sizes), sizes, 0.01, 1)
        yield Case(name_of(sizes), {"rgb": x}, {}, {"luma": Output(x.shape[1:], F32)}, tolerance)


def floor_mod(i, s):
    q = np.floor(i["x"] / F32(s["step"]))
    return {"q": q.astype(I32), "r": i["x"] - q * F32(s["step"])}


@kernel("floor_mod_f32", floor_mod)
def _():
    for step, sizes in zip((0.5, 2.0, 0.25, 1.0, 4.0, 0.5, 2.0, 8.0, 1.0), rows_of()):
        x = uniform(random("mod", sizes), sizes, -1000, 1000)
        scalars = {"step": step, "inv_step": 1 / step}
        exact = Tolerance("a power of two as step: every operation is exact")
        yield Case(f"{name_of(sizes)}-{step}", {"x": x}, scalars, {"q": like(x, I32), "r": like(x)}, exact)


def adam(i, s):
    lr, beta1, beta2, eps = (F32(s[k]) for k in ("lr", "beta1", "beta2", "eps"))
    g = i["g"]
    m = i["m"] * beta1 + g * (F32(1) - beta1)
    v = i["v"] * beta2 + g * g * (F32(1) - beta2)
    step = double(lr * m) / (np.sqrt(double(v)) + float(eps))
    return {"w_new": (double(i["w"]) - step).astype(F32), "m_new": m, "v_new": v}


@kernel("adam_f32", adam)
def _():
    state = Tolerance("products and a sum", ulp=1, absolute=1e-8)
    weights = Tolerance("sqrt 2 ulp, a slow quotient", ulp=4, absolute=1e-7)
    tolerance = {"w_new": weights, "m_new": state, "v_new": state}
    scalars = {"lr": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-6}
    for n in LENGTHS:
        rng = random("adam", n)
        inputs = {name: normal(rng, (n,)) for name in ("g", "w", "m")}
        inputs["v"] = uniform(rng, (n,), 0.01, 1)
        outputs = {name: Output((n,), F32) for name in ("w_new", "m_new", "v_new")}
        yield Case(str(n), inputs, scalars, outputs, tolerance)


def minmax(i, s):
    return {"lesser": np.minimum(i["a"], i["b"]), "greater": np.maximum(i["a"], i["b"])}


@kernel("minmax_any", minmax)
def _():
    for sizes in (*RANKED, *rows_of((*LENGTHS, 128))):
        rng = random("minmax", sizes)
        a, b = whole(rng, sizes, 0, 65535, U16), whole(rng, sizes, 0, 65535, U16)
        yield Case(name_of(sizes), {"a": a, "b": b}, {}, {"lesser": like(a), "greater": like(a)}, EXACT)


def special_five(i, s):
    a, b = double(i["A"]), double(i["B"])
    values = (np.exp(a), np.exp2(a), np.log2(b), np.sqrt(b), a / b)
    return {name: v.astype(F32) for name, v in zip("pqrst", values)}


@kernel("special_five_f32", special_five)
def _():
    why = "special functions, 4 ulp"
    tolerance = {name: Tolerance(why, ulp=4) for name in "pqst"}
    tolerance["r"] = Tolerance(why + "; near 1 the logarithm is small", ulp=4, absolute=2e-7)
    for sizes in rows_of():
        rng = random("five", sizes)
        inputs = {"A": uniform(rng, sizes, -20, 20), "B": uniform(rng, sizes, 0.1, 50)}
        yield Case(name_of(sizes), inputs, {}, {name: like(inputs["A"]) for name in "pqrst"}, tolerance)


def canonical_bits(i, s):
    flush = lambda v: np.where(np.abs(v) < np.finfo(F32).tiny, F32(0), v)
    with np.errstate(invalid="ignore"):
        y = flush(flush(i["x"]) * F32(s["k"]))
    return {"bits": np.where(np.isnan(y), U32(0x7FFFFFFF), y.view(U32))}


@kernel("canonical_bits_f32", canonical_bits)
def _():
    # positive values only: the sign of a flushed zero is nowhere stated
    nan_and_inf = [0x7F800001, 0x7FC12345, 0xFFC00000, 0x7F800000]
    odd = np.array(nan_and_inf + [0x00000001, 0x007FFFFF, 0x00800000, 0x00FFFFFF], U32)
    x = np.concatenate([odd.view(F32), uniform(random("bits"), (59,), 0.5, 2)])
    for k in (1.0, 0.25, 4.0):
        yield Case(f"by{k}", {"x": x}, {"k": k}, {"bits": like(x, U32)}, EXACT)


# --- bf16, f16, fp8 ----------------------------------------------------------------


def widen(i, s):
    return {"dst": i["src"].astype(F32)}


for _name in ("cast_bf16_f32", "cast_bf16_f32_unpack"):

    @kernel(_name, widen)
    def _():
        for sizes in rows_of((*LENGTHS, 128, 191)):
            x = normal(random("widen", sizes), sizes, BF16)
            yield Case(name_of(sizes), {"src": x}, {}, {"dst": like(x, F32)}, EXACT)


for _name in ("cast_f32_bf16_pack", "cast_f32_bf16_store"):

    @kernel(_name, lambda i, s: {"y": i["x"].astype(BF16)})
    def _():
        for sizes in rows_of((*LENGTHS, 128, 191)):
            x = normal(random("narrow", sizes), sizes)
            x.reshape(-1)[::3] = 1 + 2.0**-8  # a tie
            yield Case(name_of(sizes), {"x": x}, {}, {"y": like(x, BF16)}, EXACT)


def scale_acc32(i, s):
    a, b, c = (i[name].astype(F32) for name in "abc")
    return {"y": (a * b - c).astype(BF16)}


@kernel("scale_bf16_acc32", scale_acc32)
def _():
    exact = Tolerance("the product of two bf16 is exact in f32; then two IEEE roundings")
    for sizes in rows_of((*LENGTHS, 128)):
        rng = random("acc32", sizes)
        a, b, c = (normal(rng, sizes, BF16) for _ in range(3))
        yield Case(name_of(sizes), {"a": a, "b": b, "c": c}, {}, {"y": like(a)}, exact)


@kernel("mul_add_bf16", lambda i, s: {"y": i["a"] * i["b"] + i["c"]})
def _():
    exact = Tolerance("bf16 rounds after each operation, here as in ml_dtypes")
    for sizes in (*rows_of((*LENGTHS, 128)), (130, 3, 2)):
        rng = random("muladd", sizes)
        a, b, c = (normal(rng, sizes, BF16) for _ in range(3))
        yield Case(name_of(sizes), {"a": a, "b": b, "c": c}, {}, {"y": like(a)}, exact)


def window(i, s):
    x = i["x"]
    return {"y": np.where((x > i["lo"]) & (x < i["hi"]), x, BF16(0))}


@kernel("window_bf16", window)
def _():
    for sizes in rows_of((*LENGTHS, 128)):
        x = normal(random("window", sizes), sizes, BF16)
        inputs = {"x": x, "lo": np.array([-0.5], BF16), "hi": np.array([1.25], BF16)}
        yield Case(name_of(sizes), inputs, {}, {"y": like(x)}, EXACT)


def lerp(i, s):
    a, b = i["a"].astype(F32), i["b"].astype(F32)
    return {"y": (a + F32(s["t"]) * (b - a)).astype(F16)}


@kernel("lerp_f16", lerp)
def _():
    exact = Tolerance("three IEEE operations in f32 without contraction, one rounding to f16")
    for sizes in rows_of((*LENGTHS, 128)):
        rng = random("lerp", sizes)
        a, b = uniform(rng, sizes, 0.5, 2, F16), uniform(rng, sizes, 0.5, 2, F16)
        yield Case(name_of(sizes), {"a": a, "b": b}, {"t": 0.3}, {"y": like(a)}, exact, GAUDI2_ON)


def quantise_fp8(i, s):
    x = i["x"] * F32(s["scale"])
    narrow = np.clip(x, -240, 240).astype(ml_dtypes.float8_e4m3)
    wide = np.clip(x, -57344, 57344).astype(ml_dtypes.float8_e5m2)
    return {"e4m3": narrow.view(U8), "e5m2": wide.view(U8)}


@kernel("quantise_fp8", quantise_fp8)
def _():
    for sizes in rows_of((*LENGTHS, 255, 256, 257)):
        rng = random("fp8", sizes)
        x = np.exp2(rng.uniform(-4, 18, dims(sizes))).astype(F32)  # no sub-normal result
        x *= np.where(rng.random(dims(sizes)) < 0.5, -1, 1).astype(F32)
        flat = x.reshape(-1)
        special = np.array([0, 247, 248, 1e9, -1e9, np.inf, -np.inf, 17, 18, 19, 1.0625, 1.1875], F32)
        flat[: len(special)] = special[: flat.size]
        outputs = {"e4m3": like(x, U8), "e5m2": like(x, U8)}
        yield Case(name_of(sizes), {"x": x}, {"scale": 1.0}, outputs, EXACT, GAUDI2_ON)


# --- integers ----------------------------------------------------------------------


def saturate(x, dtype):
    """Rounded f32 to an integer type; NaN gives 0."""
    info = np.iinfo(dtype)
    return np.clip(np.nan_to_num(x.astype(np.float64), nan=0.0), info.min, info.max).astype(dtype)


def planar(i, s):
    q = saturate(np.rint(i["x"] * F32(s["scale"])), I8)
    q = np.moveaxis(q, -2, -1)  # (..., 4, n) -> (..., n, 4)
    return {"y": q.reshape(*q.shape[:-2], -1)}


def awkward(x, values):
    flat = x.reshape(-1)
    flat[: len(values)] = np.array(values, F32)[: flat.size]
    return x


@kernel("planar_to_rgba_i8", planar)
def _():
    for sizes in ((1, 4), (63, 4, 2), (64, 4, 1), (65, 4, 3), (129, 4), (1000, 4)):
        x = normal(random("planar", sizes), sizes, scale=60)
        x = awkward(x, [0.25, 0.75, 1.25, -0.25, 1e9, -1e9, np.inf, -np.inf, np.nan, 63.75, -64.25])
        outputs = {"y": Output(dims((4 * sizes[0], *sizes[2:])), I8)}
        yield Case(name_of(sizes), {"x": x}, {"scale": 2.0}, outputs, EXACT)


def quantise_linear(i, s):
    return {"out": saturate(np.trunc(i["in"] * F32(s["inv_scale"]) + F32(s["zero_point"])), I8)}


@kernel("quantise_linear_i8", quantise_linear)
def _():
    for sizes in rows_of((*LENGTHS, 255, 256, 257)):
        x = normal(random("quantise", sizes), sizes, scale=60)
        x = awkward(x, [np.inf, -np.inf, np.nan, 1e30, -1e30, 3.9999, -3.9999])
        yield Case(name_of(sizes), {"in": x}, {"inv_scale": 1.5, "zero_point": 3.0}, {"out": like(x, I8)}, EXACT)


@kernel("quantise_bf16_i16", lambda i, s: {"y": saturate(np.floor(i["x"].astype(F32) * F32(s["scale"])), I16)})
def _():
    for sizes in (*rows_of((*LENGTHS, 128)), (130, 3, 2)):
        x = normal(random("bf16i16", sizes), sizes, BF16, 400)
        yield Case(name_of(sizes), {"x": x}, {"scale": 50.0}, {"y": like(x, I16)}, EXACT)


def screen(i, s):
    a, b = i["a"].astype(I32), i["b"].astype(I32)
    both = (a > s["level"]) & (b > s["level"])
    return {"out": np.where(both, s["ink"], np.minimum(a + b, 255)).astype(U8)}


@kernel("screen_u8", screen)
def _():
    for sizes in rows_of((*LENGTHS, 255, 256, 257)):
        rng = random("screen", sizes)
        a, b = whole(rng, sizes, 0, 255, U8), whole(rng, sizes, 0, 255, U8)
        yield Case(name_of(sizes), {"a": a, "b": b}, {"level": 200, "ink": 7}, {"out": like(a)}, EXACT)


def bits(i, s):
    u = i["x"].view(U32).astype(np.uint64)
    k = s["k"]
    ones = sum((u >> np.uint64(b)) & np.uint64(1) for b in range(32))
    turned = ((u << np.uint64(k)) | (u >> np.uint64(32 - k))) & np.uint64(0xFFFFFFFF)
    reverse = sum(((turned >> np.uint64(b)) & np.uint64(1)) << np.uint64(31 - b) for b in range(32))
    mixed = (reverse ^ (~u)) & np.uint64(0xFFFFFFFF)
    return {"ones": ones.astype(I32), "mixed": mixed.astype(U32).view(I32)}


@kernel("bits_i32", bits)
def _():
    for k, sizes in zip((1, 31, 7, 16, 13, 5, 24, 9, 3), rows_of()):
        x = whole(random("bits", sizes), sizes, -(2**31), 2**31 - 1, I32)
        yield Case(f"{name_of(sizes)}-{k}", {"x": x}, {"k": k}, {"ones": like(x), "mixed": like(x)}, EXACT)


def mul_wide(i, s):
    product = i["a"].astype(np.int64) * i["b"].astype(np.int64)
    unsigned = i["a"].view(U32).astype(np.uint64) * i["b"].view(U32).astype(np.uint64)
    return {
        "lo": (product & 0xFFFFFFFF).astype(U32).view(I32),
        "hi": (product >> 32).astype(I32),
        "uhi": (unsigned >> np.uint64(32)).astype(U32),
    }


@kernel("mul_wide_i32", mul_wide)
def _():
    for n in LENGTHS:
        rng = random("wide", n)
        a, b = (whole(rng, (n,), -(2**31), 2**31 - 1, I32) for _ in range(2))
        a[:1], b[:1] = -(2**31), -(2**31)
        outputs = {"lo": like(a), "hi": like(a), "uhi": like(a, U32)}
        yield Case(str(n), {"a": a, "b": b}, {}, outputs, EXACT)


def audio(i, s):
    a, b = i["a"].astype(I32), i["b"].astype(I32)
    clip = lambda v: np.clip(v, -32768, 32767)
    return {"out": clip(a + b).astype(I16), "swing": (clip(a - b) >> 1).astype(I16)}


@kernel("saturate_i16", audio)
def _():
    for sizes in rows_of((*LENGTHS, 128)):
        rng = random("audio", sizes)
        a, b = (whole(rng, sizes, -32768, 32767, I16) for _ in range(2))
        yield Case(name_of(sizes), {"a": a, "b": b}, {}, {"out": like(a), "swing": like(a)}, EXACT)


@kernel("row_sum_i16", lambda i, s: {"sums": np.atleast_1d(i["x"].astype(np.int64).sum(-1)).astype(I32)})
def _():
    for sizes in rows_of((*LENGTHS, 128)):
        x = whole(random("rowsum", sizes), sizes, -32768, 32767, I16)
        rows = sizes[1] if len(sizes) > 1 else 1
        yield Case(name_of(sizes), {"x": x}, {}, {"sums": Output((rows,), I32)}, EXACT)


def hashed(i, s):
    x = i["x"]
    h = (np.arange(x.size, dtype=np.uint64) ^ np.uint64(s["seed"])).astype(np.uint64)
    word = np.uint64(0xFFFFFFFF)
    h ^= h >> np.uint64(16)
    h = (h * np.uint64(0x85EBCA6B)) & word
    h ^= h >> np.uint64(13)
    h = (h * np.uint64(0xC2B2AE35)) & word
    h ^= h >> np.uint64(16)
    keep = (h >= np.uint64(s["threshold"])).reshape(x.shape)
    return {"y": np.where(keep, x * F32(s["scale"]), F32(0)), "kept": keep.astype(U32)}


@kernel("dropout_hash_f32", hashed)
def _():
    scalars = {"seed": 0xDEADBEEF, "threshold": 0x40000000, "scale": 4 / 3}
    for sizes in (*rows_of(), (129, 3, 5)):
        x = normal(random("dropout", sizes), sizes)
        tolerance = {"y": ONE_ULP, "kept": EXACT}
        yield Case(name_of(sizes), {"x": x}, scalars, {"y": like(x), "kept": like(x, U32)}, tolerance)


# --- raw tables --------------------------------------------------------------------


def reciprocal(i, s):
    with np.errstate(divide="ignore"):
        return {"y": (1 / double(i["x"])).astype(F32)}


@kernel("reciprocal_table_f32", reciprocal)
def _():
    tolerance = Tolerance("a quadratic on 1/128 and three roundings; documented worst of the function 2", ulp=4)
    for sizes in rows_of():
        rng = random("rcp", sizes)
        x = np.exp2(rng.uniform(-100, 100, dims(sizes))).astype(F32)
        x *= np.where(rng.random(dims(sizes)) < 0.5, -1, 1).astype(F32)
        yield Case(name_of(sizes), {"x": x}, {}, {"y": like(x)}, tolerance)
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1, 2, -4, 1.9999999, 1.0000001], F32)
    yield Case("special", {"x": x}, {}, {"y": like(x)}, tolerance)


@kernel("rsqrt_table_f32", lambda i, s: {"y": (1 / np.sqrt(double(i["x"]))).astype(F32)})
def _():
    tolerance = Tolerance("table and one Newton step in f32", ulp=4)
    for sizes in rows_of():
        x = np.exp2(random("rsqrt", sizes).uniform(-100, 100, dims(sizes))).astype(F32)
        x = awkward(x, [1, 2, 3.9999998, 4, 0.5, 0.25])
        yield Case(name_of(sizes), {"x": x}, {}, {"y": like(x)}, tolerance)


# --- along dim 0 -------------------------------------------------------------------


def softmax(i, s):
    x = double(i["x"])
    t = np.exp(x - x.max(-1, keepdims=True))
    return {"y": (t / t.sum(-1, keepdims=True)).astype(F32)}


@kernel("softmax_dim0_f32", softmax)
def _():
    for sizes in (*rows_of((*LENGTHS, 4097)), (100, 3, 2)):
        x = uniform(random("softmax", sizes), sizes, -10, 10)
        yield Case(name_of(sizes), {"x": x}, {"n": sizes[0]}, {"y": like(x)}, SUMS)
    x = uniform(random("softmax", "low"), (65, 2), -90, -80)
    yield Case("all-low", {"x": x}, {"n": 65}, {"y": like(x)}, SUMS)


def layer_norm(i, s):
    x = double(i["x"]).reshape(-1, i["x"].shape[-1])
    mean = x.mean(-1, keepdims=True)
    rstd = 1 / np.sqrt(x.var(-1, keepdims=True) + s["eps"])
    y = (x - mean) * rstd * double(i["gamma"]) + double(i["beta"])
    return {"y": y.reshape(i["x"].shape).astype(F32), "mean": mean[:, 0].astype(F32), "rstd": rstd[:, 0].astype(F32)}


@kernel("layer_norm_f32", layer_norm)
def _():
    for sizes in rows_of((*LENGTHS[1:], 2048)):
        rng = random("layernorm", sizes)
        x = normal(rng, sizes) + F32(0.5)
        n, rows = sizes[0], sizes[1] if len(sizes) > 1 else 1
        inputs = {"x": x, "gamma": normal(rng, (n,)), "beta": normal(rng, (n,))}
        outputs = {"y": like(x), "mean": Output((rows,), F32), "rstd": Output((rows,), F32)}
        scalars = {"n": n, "inv_n": 1 / n, "eps": 1e-5}
        pair = Tolerance("two elements: their difference", of_max=1e-4)
        yield Case(name_of(sizes), inputs, scalars, outputs, SUMS if n > 2 else pair)


def rms_norm(i, s):
    x = double(i["x"])
    y = x / np.sqrt((x * x).mean(-1, keepdims=True) + s["eps"]) * double(i["w"])
    return {"y": y.astype(F32).astype(BF16)}


@kernel("rms_norm_bf16", rms_norm)
def _():
    for sizes in rows_of((*LENGTHS, 128, 2049)):
        rng = random("rms", sizes)
        x = normal(rng, sizes, BF16)
        inputs = {"x": x, "w": normal(rng, sizes[:1], BF16)}
        yield Case(name_of(sizes), inputs, {"n": sizes[0], "eps": 1e-5}, {"y": like(x)}, BF16_ROUNDING)


def argmax_short(i, s):
    return {"index": i["x"].argmax(-1).astype(I32), "value": i["x"].max(-1)}


@kernel("argmax_short_f32", argmax_short)
def _():
    for n in (1, 2, 31, 63, 64):
        x = normal(random("argmax", n), (n, 5)) - F32(10)
        outputs = {"index": Output((5,), I32), "value": Output((5,), F32)}
        yield Case(f"{n}x5", {"x": x}, {}, outputs, EXACT)


@kernel("argmax_long_f32", lambda i, s: {"index": np.atleast_1d(i["x"].argmax(-1)).astype(I32)})
def _():
    for sizes in rows_of():
        # few values, so many ties
        x = whole(random("argmaxlong", sizes), sizes, -9, -1, F32)
        rows = sizes[1] if len(sizes) > 1 else 1
        yield Case(name_of(sizes), {"x": x}, {}, {"index": Output((rows,), I32)}, EXACT)


@kernel("cumsum_dim0_f32", lambda i, s: {"y": np.cumsum(double(i["x"]), -1).astype(F32)})
def _():
    for sizes in rows_of():
        x = whole(random("cumsum", sizes), sizes, -9, 9, F32)
        exact = Tolerance("whole numbers: exact in any order")
        yield Case(name_of(sizes), {"x": x}, {"n": sizes[0]}, {"y": like(x)}, exact)
    x = normal(random("cumsum"), (1000, 3))
    yield Case("fractions", {"x": x}, {"n": 1000}, {"y": like(x)}, SUMS)


def dot(i, s):
    return {"R": np.atleast_1d((double(i["A"]) * double(i["B"])).sum(-1)).astype(F32)}


@kernel("dot_bf16_acc32", dot)
def _():
    for sizes in rows_of((*LENGTHS, 128)):
        rng = random("dot", sizes)
        a, b = (uniform(rng, sizes, 0.1, 1, BF16) for _ in range(2))
        rows = sizes[1] if len(sizes) > 1 else 1
        yield Case(name_of(sizes), {"A": a, "B": b}, {}, {"R": Output((rows,), F32)}, SUMS)


def pack_rows(i, s):
    x = double(i["x"])
    return {"y": (x - x.sum(-1, keepdims=True) * float(F32(s["inv_d"]))).astype(F32)}


@kernel("pack_rows_f32", pack_rows)
def _():
    for sizes in ((1, 1), (2, 3), (7, 4), (13, 5), (15, 8), (16, 9)):
        x = normal(random("pack", sizes), sizes)
        scalars = {"d": sizes[0], "inv_d": 1 / sizes[0]}
        tolerance = Tolerance("f32 sums in another order; a row of one is its own mean", of_max=1e-5, absolute=1e-6)
        yield Case(name_of(sizes), {"x": x}, scalars, {"y": like(x)}, tolerance)


def fill_missing(i, s):
    x = i["x"]
    there = x != -1
    return {"y": np.where(there, x, F32(s["fill"])), "present": np.atleast_1d(there.sum(-1)).astype(I32)}


@kernel("fill_missing_f32", fill_missing)
def _():
    for sizes in rows_of():
        x = whole(random("missing", sizes), sizes, -2, 2, F32)
        rows = sizes[1] if len(sizes) > 1 else 1
        outputs = {"y": like(x), "present": Output((rows,), I32)}
        yield Case(name_of(sizes), {"x": x}, {"fill": 9.5}, outputs, EXACT)


def shift_fill(i, s):
    x, k = i["x"], s["shift"]
    at = np.arange(x.shape[-1]) - k
    inside = (at >= 0) & (at < x.shape[-1])
    return {"y": np.where(inside, x[..., np.clip(at, 0, x.shape[-1] - 1)], F32(s["fill"]))}


@kernel("shift_fill_f32", shift_fill)
def _():
    for shift, sizes in zip((1, -1, 5, -64, 100, -3, 64, 0, 7), rows_of()):
        x = normal(random("shift", sizes), sizes)
        yield Case(f"{name_of(sizes)}by{shift}", {"x": x}, {"shift": shift, "fill": -2.5}, {"y": like(x)}, EXACT)


def difference(i, s):
    t = i["x"] * F32(s["scale"])
    left = np.concatenate([np.zeros_like(t[..., :1]), t[..., :-1]], -1)
    return {"t": t, "y": t - left}


@kernel("difference_fence_f32", difference)
def _():
    for sizes in rows_of():
        x = normal(random("difference", sizes), sizes)
        yield Case(name_of(sizes), {"x": x}, {"n": sizes[0], "scale": 1.7}, {"t": like(x), "y": like(x)}, ONE_ULP)


# --- along other dims --------------------------------------------------------------


def argmin_dim1(i, s):
    x = i["x"].reshape(-1, *i["x"].shape[-2:])
    return {"lowest": x.min(1), "where": x.argmin(1).astype(I32)}


@kernel("argmin_dim1_f32", argmin_dim1)
def _():
    for sizes in ((1, 1, 1), (63, 2, 3), (64, 7, 2), (65, 13), (129, 5, 2), (1000, 3)):
        x = whole(random("argmin", sizes), sizes, 1, 4, F32)
        shape = (sizes[2] if len(sizes) > 2 else 1, sizes[0])
        outputs = {"lowest": Output(shape, F32), "where": Output(shape, I32)}
        yield Case(name_of(sizes), {"x": x}, {}, outputs, EXACT)


def logsumexp(i, s):
    x = double(i["x"]).reshape(-1, *i["x"].shape[-2:])
    return {"y": np.logaddexp.reduce(x, axis=1).astype(F32)}


@kernel("logsumexp_address_f32", logsumexp)
def _():
    for sizes in ((1, 1, 1), (63, 2, 3), (64, 256), (65, 13, 2), (129, 100)):
        x = uniform(random("lse", sizes), sizes, -20, 20)
        shape = (sizes[2] if len(sizes) > 2 else 1, sizes[0])
        yield Case(name_of(sizes), {"x": x}, {}, {"y": Output(shape, F32)}, SUMS)


def variance(i, s):
    x = double(i["x"])
    return {"mean": x.mean(0).astype(F32), "var": x.var(0).astype(F32)}


@kernel("variance_dim2_f32", variance)
def _():
    for sizes in ((1, 1, 1), (63, 3, 7), (65, 2, 100), (129, 1, 13), (1000, 2, 5)):
        x = normal(random("variance", sizes), sizes) + F32(3)
        outputs = {"mean": Output(x.shape[1:], F32), "var": Output(x.shape[1:], F32)}
        yield Case(name_of(sizes), {"x": x}, {"count": sizes[2]}, outputs, SUMS)


@kernel("column_sum_rmw_i32", lambda i, s: {"y": i["x"].sum(0, dtype=np.int64).astype(I32)})
def _():
    for sizes in ((1, 1), (63, 3), (64, 4), (65, 9), (129, 17), (1000, 6)):
        x = whole(random("colsum", sizes), sizes, -1000000, 1000000, I32)
        yield Case(name_of(sizes), {"x": x}, {}, {"y": Output(sizes[:1], I32, 0)}, EXACT)


@kernel("column_max_rmw_f32", lambda i, s: {"y": i["x"].reshape(-1, i["x"].shape[-1]).max(0)})
def _():
    for sizes in ((1, 1), (63, 3), (64, 4, 2), (65, 9), (129, 3, 5), (1000, 2)):
        x = normal(random("colmax", sizes), sizes) - F32(5)
        yield Case(name_of(sizes), {"x": x}, {}, {"y": Output(sizes[:1], F32, -np.inf)}, EXACT)


# --- stencils, products, data movement ---------------------------------------------


def depthwise(i, s):
    x = double(i["x"])
    x = x.reshape((1,) * (4 - x.ndim) + x.shape)
    f = double(i["filter"])  # (3 rows, 3 columns, channels)
    wide = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    h, w = x.shape[1:3]
    y = sum(wide[:, p : p + h, q : q + w] * f[p, q] for p in range(3) for q in range(3))
    return {"y": (y + double(i["bias"])).reshape(i["x"].shape).astype(F32)}


@kernel("depthwise3x3_f32", depthwise)
def _():
    for sizes in ((1, 1, 1), (63, 5, 4), (65, 7, 3, 2), (129, 2, 2), (64, 1, 6, 2)):
        rng = random("depthwise", sizes)
        x = normal(rng, sizes)
        inputs = {"x": x, "filter": normal(rng, (sizes[0], 3, 3)), "bias": normal(rng, sizes[:1])}
        yield Case(name_of(sizes), inputs, {}, {"y": like(x)}, SUMS)


def maxpool(i, s):
    x = i["x"].reshape((1,) * (4 - i["x"].ndim) + i["x"].shape)
    kw, kh, sw, sh, pw, ph = (s[k] for k in ("kernel_w", "kernel_h", "stride_w", "stride_h", "pad_w", "pad_h"))
    wide = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)), constant_values=-np.inf)
    h = (x.shape[1] + 2 * ph - kh) // sh + 1
    w = (x.shape[2] + 2 * pw - kw) // sw + 1
    y = np.full((x.shape[0], h, w, x.shape[3]), -np.inf, F32)
    for p in range(kh):
        for q in range(kw):
            y = np.maximum(y, wide[:, p : p + h * sh : sh, q : q + w * sw : sw][:, :h, :w])
    return {"y": y.reshape(y.shape if i["x"].ndim == 4 else y.shape[1:])}


@kernel("maxpool2d_f32", maxpool)
def _():
    windows = ((2, 2, 2, 2, 0, 0), (3, 3, 2, 2, 1, 1), (3, 2, 1, 3, 1, 0), (1, 1, 1, 1, 0, 0))
    keys = ("kernel_w", "kernel_h", "stride_w", "stride_h", "pad_w", "pad_h")
    for sizes in ((1, 4, 5), (65, 7, 6), (129, 5, 9, 2), (64, 3, 3, 3)):
        for window_of in windows:
            scalars = dict(zip(keys, window_of))
            x = normal(random("pool", sizes, window_of), sizes) - F32(5)
            y = maxpool({"x": x}, scalars)["y"]
            label = f"{name_of(sizes)}-" + "".join(map(str, window_of))
            yield Case(label, {"x": x}, scalars, {"y": like(y)}, EXACT)


@kernel("matmul_bcast_f32", lambda i, s: {"c": (double(i["a"]) @ double(i["b"])).astype(F32)})
def _():
    for m, k, n in ((1, 1, 1), (4, 7, 63), (5, 13, 64), (7, 65, 65), (3, 100, 129), (9, 3, 200)):
        rng = random("matmul", m, k, n)
        inputs = {"a": normal(rng, (k, m)), "b": normal(rng, (n, k))}
        yield Case(f"{m}x{k}x{n}", inputs, {"depth": k, "rows": m}, {"c": Output((m, n), F32)}, SUMS)


@kernel("transpose_tile_f32", lambda i, s: {"y": np.ascontiguousarray(np.swapaxes(i["x"], -1, -2))})
def _():
    for sizes in ((64, 64), (1, 1), (1, 100), (63, 65), (65, 63, 2), (130, 67, 3), (1000, 3)):
        x = normal(random("transpose", sizes), sizes)
        yield Case(name_of(sizes), {"x": x}, {}, {"y": Output(dims((sizes[1], sizes[0], *sizes[2:])), F32)}, EXACT)


def embedding(i, s):
    ids, table = i["ids"], i["table"]
    known = (ids >= 0) & (ids < len(table))
    return {"out": np.where(known[:, None], table[np.where(known, ids, 0)], F32(0))}


@kernel("embedding_f32", embedding)
def _():
    for width, words, count in ((1, 1, 1), (63, 7, 5), (64, 11, 13), (65, 3, 7), (1000, 5, 4)):
        rng = random("embedding", width, words, count)
        ids = whole(rng, (count,), 0, words - 1, I32)
        ids[1::4] = words
        ids[3::4] = -1
        inputs = {"ids": ids, "table": normal(rng, (width, words))}
        outputs = {"out": Output((count, width), F32)}
        yield Case(f"{width}-{words}-{count}", inputs, {"vocabulary": words}, outputs, EXACT)


def resample(i, s):
    rows = np.floor(np.arange(s["rows"]).astype(F32) * F32(s["ratio"])).astype(int)
    return {"out": i["x"][np.minimum(rows, s["last"])]}


@kernel("resample_rows_f32", resample)
def _():
    for width, rows, wanted in ((1, 1, 3), (63, 5, 13), (65, 13, 5), (1000, 3, 7)):
        x = normal(random("resample", width, rows), (width, rows))
        scalars = {"ratio": rows / wanted, "last": rows - 1, "rows": wanted}
        yield Case(f"{width}-{rows}to{wanted}", {"x": x}, scalars, {"out": Output((wanted, width), F32)}, EXACT)


@kernel("gather_dim0_f32", lambda i, s: {"y": i["x"][..., i["index"]]})
def _():
    for n, rows, count in ((1, 1, 1), (7, 3, 65), (65, 2, 64), (129, 3, 10), (1000, 2, 127)):
        rng = random("gather", n, rows, count)
        inputs = {"x": normal(rng, (n, rows)), "index": whole(rng, (count,), 0, n - 1, I32)}
        yield Case(f"{n}x{rows}-{count}", inputs, {"count": count}, {"y": Output((rows, count), F32)}, EXACT)


@kernel("mask_memory_f32", lambda i, s: {"y": np.where(np.abs(i["x"]) > F32(s["limit"]), i["x"], F32(0))})
def _():
    for sizes in rows_of():
        x = normal(random("mask", sizes), sizes)
        scratch = Output(dims((256 * -(-sizes[0] // 64), *sizes[1:])), U8)
        yield Case(name_of(sizes), {"x": x}, {"limit": 0.8}, {"scratch": scratch, "y": like(x)}, EXACT)


def blocks(x, size):
    """(rows, n) -> (rows, blocks, size), zeros at the end."""
    count = -(-x.shape[-1] // size)
    wide = np.zeros((x.shape[0], count * size), x.dtype)
    wide[:, : x.shape[-1]] = x
    return wide.reshape(x.shape[0], count, size)


def zip_halves(i, s):
    a, b = blocks(i["a"], 32), blocks(i["b"], 32)
    return {"y": np.concatenate([a, b], -1).reshape(a.shape[0], -1)}


@kernel("zip_halves_i32", zip_halves)
def _():
    for sizes in ((1, 1), (31, 2), (32, 3), (33, 2), (65, 3), (1000, 2)):
        rng = random("zip", sizes)
        a, b = (whole(rng, sizes, -(2**31), 2**31 - 1, I32) for _ in range(2))
        y = Output((sizes[1], 64 * -(-sizes[0] // 32)), I32)
        yield Case(name_of(sizes), {"a": a, "b": b}, {}, {"y": y}, EXACT)


def unzip_halves(i, s):
    y = blocks(i["y"], 64)
    rows = y.shape[0]
    return {"lo": y[:, :, :32].reshape(rows, -1), "hi": -y[:, :, 32:].reshape(rows, -1)}


@kernel("unzip_halves_f32", unzip_halves)
def _():
    for sizes in ((1, 1), (63, 2), (64, 3), (65, 2), (127, 3), (1000, 2)):
        x = normal(random("unzip", sizes), sizes)
        part = Output((sizes[1], 32 * -(-sizes[0] // 64)), F32)
        yield Case(name_of(sizes), {"y": x}, {}, {"lo": part, "hi": part}, EXACT)
