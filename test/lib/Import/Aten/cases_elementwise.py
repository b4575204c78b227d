# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Elementwise operators: unary, binary, ternary and activations."""
from case import *

# ---- unary ------------------------------------------------------------------

MATH = ("sqrt rsqrt reciprocal exp exp2 special_exp2 expm1 special_expm1 log log2 log10 log1p special_log1p sin cos tan "
        "asin arcsin acos arccos atan arctan sinh cosh tanh erf special_erf sigmoid special_expit silu mish asinh acosh "
        "atanh rad2deg deg2rad logit special_logit log_sigmoid softplus selu celu elu hardswish hardsigmoid frac")
EXACT = ("neg negative abs absolute sign sgn relu relu6 ceil floor round special_round trunc fix square isnan isinf isfinite "
         "isposinf isneginf logical_not bitwise_not nan_to_num hardtanh positive")

for_dtypes(MATH, FLOATS, lambda n, d: call(special(d)))
for_dtypes("exp sqrt sin tanh sigmoid erf log1p rad2deg reciprocal logit", INTEGERS + (BOOL,), lambda n, d: call(special(d)))
for_dtypes(EXACT, ALL, lambda n, d: call(special(d)), exact=True)
# Eager mode's own gelu of infinity depends on the place in the tensor.
for_dtypes("gelu", FLOATS, lambda n, d: call(special(d, values=SPECIAL[:-3] + (-math.inf, math.nan))))
for_dtypes(MATH + " gelu " + EXACT, (F32,), lambda n, d: call(rand(n, 3)), "dynamic")
case("exp abs gelu isnan", lambda n: call(rand(0, 3)), "empty")
case("exp abs tanh isnan relu", lambda n: call(torch.tensor(0.75)), "scalar")
case("exp neg relu", lambda n: call(View(rand(7, n), lambda t: t.t())), "transposed")
case("tanh abs", lambda n: call(View(rand(n, 33), lambda t: t[:, ::2])), "strided")

# ---- activations with numbers -----------------------------------------------

for_dtypes("gelu", FLOATS, lambda n, d: call(special(d), approximate="tanh"), "tanh")
for_dtypes("elu", FLOATS, lambda n, d: call(special(d), 1.3, 0.7, 0.9), "numbers")
for_dtypes("celu", FLOATS, lambda n, d: call(special(d), 0.6), "numbers")
for_dtypes("leaky_relu", FLOATS, lambda n, d: call(special(d)))
for_dtypes("leaky_relu", FLOATS, lambda n, d: call(special(d), -0.3), "negative")
for_dtypes("softplus", FLOATS, lambda n, d: call(special(d), 2.0, 5.0), "numbers")
for_dtypes("hardtanh", NUMBERS, lambda n, d: call(special(d), -2, 3), "numbers", exact=True)
for_dtypes("hardshrink softshrink", FLOATS, lambda n, d: call(special(d)))
for_dtypes("hardshrink softshrink", FLOATS, lambda n, d: call(special(d), 1.25), "number")
for_dtypes("threshold", NUMBERS, lambda n, d: call(special(d), 1, -3), exact=True)
for_dtypes("logit", FLOATS, lambda n, d: call(special(d), 0.1), "eps")
for_dtypes("nan_to_num", FLOATS, lambda n, d: call(special(d), 2.0, 3.0, -4.0), "numbers", exact=True)
for_dtypes("round.decimals", (F32, F64), lambda n, d: call(special(d, values=(2.345, -2.345, 0.5, 1.25)), decimals=2))
for_dtypes("prelu _prelu_kernel", FLOATS, lambda n, d: call(special(d), rand(1, dtype=d)), "one")
case("prelu", lambda n: call(rand(2, 3, n), rand(3)), "channels")
case("_prelu_kernel", lambda n: call(rand(2, 3, n), rand(3, 1)), "channels")
for_dtypes("glu", FLOATS, lambda n, d: call(rand(6, n, dtype=d), 0))
case("glu", lambda n: call(rand(n, 8)), "last")

# ---- binary -----------------------------------------------------------------

ARITHMETIC = "add.Tensor sub.Tensor subtract.Tensor mul.Tensor multiply.Tensor maximum minimum max.other min.other"
COMPARE = ("eq.Tensor ne.Tensor not_equal.Tensor lt.Tensor less.Tensor le.Tensor less_equal.Tensor gt.Tensor greater.Tensor "
           "ge.Tensor greater_equal.Tensor logical_and logical_or logical_xor")
DIVISION = "floor_divide remainder.Tensor fmod.Tensor"
for_dtypes(ARITHMETIC + " " + COMPARE, ALL, lambda n, d: call(*pairs(d)), exact=True)
for_dtypes("div.Tensor divide.Tensor true_divide.Tensor", ALL, lambda n, d: call(*pairs(d)))


def divisors(dtype):
    """All pairs; integers divided by 0 raise in eager mode."""
    x, y = pairs(dtype)
    return (x, y) if dtype.is_floating_point else (x, torch.where(y == 0, 1, y))


def without_overflow(dtype):
    """The least integer divided by -1 ends the process of eager mode for some dtypes."""
    x, y = divisors(dtype)
    if dtype.is_floating_point or dtype == U8:
        return x, y
    return torch.where(x == torch.iinfo(dtype).min, 5, x), y


for_dtypes(DIVISION, NUMBERS, lambda n, d: call(*without_overflow(d)), exact=True)
for mode in ("floor", "trunc"):
    for_dtypes("div.Tensor_mode divide.Tensor_mode", NUMBERS, lambda n, d, m=mode: call(*without_overflow(d), rounding_mode=m), mode,
               exact=True)
    for_dtypes("div.Scalar_mode divide.Scalar_mode", NUMBERS, lambda n, d, m=mode: call(special(d), 3, rounding_mode=m), mode,
               exact=True)
    for_dtypes("div.Scalar_mode", FLOATS, lambda n, d, m=mode: call(special(d), 0.3, rounding_mode=m), mode + "-fraction", exact=True)
case("div.Tensor_mode", lambda n: call(rand(n, 3), rand(3), rounding_mode=None), "true")
for_dtypes("atan2 arctan2 hypot copysign.Tensor xlogy.Tensor special_xlogy", FLOATS, lambda n, d: call(*pairs(d)))
for_dtypes("atan2 xlogy.Tensor copysign.Tensor", (I64, I32, BOOL), lambda n, d: call(*pairs(d)))
for_dtypes("pow.Tensor_Tensor", FLOATS, lambda n, d: call(*pairs(d)))
for_dtypes("pow.Tensor_Tensor", INTEGERS, lambda n, d: call(rand(40, dtype=d), rand(40, dtype=d, low=0, high=9)), exact=True)
for_dtypes("bitwise_and.Tensor bitwise_or.Tensor bitwise_xor.Tensor __and__.Tensor __or__.Tensor __xor__.Tensor", INTEGERS + (BOOL,),
           lambda n, d: call(*pairs(d)), exact=True)
for_dtypes("bitwise_and.Scalar bitwise_or.Scalar bitwise_xor.Scalar __and__.Scalar __or__.Scalar __xor__.Scalar", INTEGERS,
           lambda n, d: call(special(d), 6), exact=True)
for_dtypes("bitwise_left_shift.Tensor __lshift__.Tensor bitwise_right_shift.Tensor __rshift__.Tensor", INTEGERS,
           lambda n, d: call(special(d), rand(special(d).numel(), dtype=d, low=0, high=torch.iinfo(d).bits - 1)), exact=True)
for_dtypes("bitwise_left_shift.Tensor_Scalar bitwise_right_shift.Tensor_Scalar __lshift__.Scalar __rshift__.Scalar", INTEGERS,
           lambda n, d: call(special(d), 3), exact=True)

# ---- with numbers -----------------------------------------------------------

SCALAR = "add.Scalar sub.Scalar subtract.Scalar mul.Scalar multiply.Scalar"
for_dtypes(SCALAR, ALL, lambda n, d: call(special(d), 3), exact=True)
for_dtypes(SCALAR, ALL, lambda n, d: call(special(d), -1.5), "fraction")
for_dtypes("add.Scalar mul.Scalar sub.Scalar div.Scalar rsub.Scalar", (BF16, F16), lambda n, d: call(special(d), 0.3), "rounded")
for_dtypes("add.Tensor mul.Tensor div.Tensor maximum", (BF16, F16), lambda n, d: call(special(d), torch.tensor(0.3)), "scalar-f32")
for_dtypes("hypot", (F32, F64, BF16), lambda n, d: call(special(d), special(d).flip(0)), "large")
for_dtypes("rsub.Scalar", NUMBERS, lambda n, d: call(special(d), 3), exact=True)
for_dtypes("rsub.Tensor", NUMBERS, lambda n, d: call(*pairs(d)), exact=True)
for_dtypes("rsub.Tensor", (F32, I64), lambda n, d: call(rand(n, 3, dtype=d), rand(3, dtype=d), alpha=2), "alpha", exact=True)
for_dtypes("rsub.Scalar", (F32, I64), lambda n, d: call(rand(n, 3, dtype=d), 5, 2), "alpha", exact=True)
for_dtypes("div.Scalar divide.Scalar true_divide.Scalar", ALL, lambda n, d: call(special(d), 3))
for_dtypes("floor_divide.Scalar remainder.Scalar fmod.Scalar", NUMBERS, lambda n, d: call(special(d), 3), exact=True)
for_dtypes("floor_divide.Scalar remainder.Scalar fmod.Scalar", (F32, F64, BF16) + INTEGERS, lambda n, d: call(special(d), -0.7), "fraction", exact=True)
for_dtypes("floor_divide.Scalar remainder.Scalar fmod.Scalar", (F16,), lambda n, d: call(special(d), -0.7), "fraction")  # eager rounds between
for_dtypes("floor_divide.Scalar remainder.Scalar", (I64, I32, I8), lambda n, d: call(special(d), -5), "negative", exact=True)
case("remainder.Scalar_Tensor", lambda n: call(7, rand(n, 3, dtype=I64, low=1)), exact=True)
case("remainder.Scalar_Tensor", lambda n: call(7.5, rand(n, 3)), "f32", exact=True)
COMPARE_SCALAR = ("eq.Scalar ne.Scalar not_equal.Scalar lt.Scalar less.Scalar le.Scalar less_equal.Scalar gt.Scalar "
                  "greater.Scalar ge.Scalar greater_equal.Scalar")
for_dtypes(COMPARE_SCALAR, ALL, lambda n, d: call(special(d), 1), exact=True)
for_dtypes(COMPARE_SCALAR, ALL, lambda n, d: call(special(d), 0.5), "fraction", exact=True)
for exponent in (0, 1, 2, 3, 4, 0.5, -0.5, -1, -2, 2.5, 1 / 3):
    for_dtypes("pow.Tensor_Scalar", FLOATS, lambda n, d, e=exponent: call(special(d), e), f"{exponent:.3g}")
for exponent in (0, 1, 2, 3, 7):
    for_dtypes("pow.Tensor_Scalar", INTEGERS, lambda n, d, e=exponent: call(special(d), e), f"{exponent}", exact=True)
for base in (2, 0, -1, 1, 3):
    for_dtypes("pow.Scalar", FLOATS, lambda n, d, b=base: call(b, special(d)), f"{base}")
    case("pow.Scalar", lambda n, b=base: call(b, rand(33, dtype=I64, low=0, high=20)), f"{base}-i64", exact=True)
for_dtypes("xlogy.Scalar_Self", FLOATS, lambda n, d: call(2, special(d)))
for_dtypes("xlogy.Scalar_Other", FLOATS, lambda n, d: call(special(d), 3))
for_dtypes("copysign.Scalar", FLOATS, lambda n, d: call(special(d), -2.0), exact=True)
for_dtypes("add.Tensor sub.Tensor", NUMBERS, lambda n, d: call(*pairs(d), alpha=3), "alpha", exact=True)
case("add.Tensor sub.Tensor", lambda n: call(rand(n, 3), rand(3), alpha=-0.5), "alpha")
case("add.Tensor sub.Tensor", lambda n: call(rand(n, 3, dtype=I64), rand(3), alpha=2), "alpha-mixed")

# ---- broadcast and promotion ------------------------------------------------

SHAPES = {"row": ((1,), (3, 1)), "both": (("n", 1, 4), (3, 1)), "scalar": ((), ("n", 3)), "outer": (("n", 1), (1, 5)),
          "empty": ((0, 3), (3,)), "empty-one": ((1, 3), (0, 3)), "long": (("n", 33), (33,)), "ones": ((1, 1, 1), ("n",))}
for label, (a, b) in SHAPES.items():
    case("add.Tensor mul.Tensor maximum lt.Tensor atan2",
         lambda n, a=a, b=b: call(*(rand(*(n if s == "n" else s for s in shape)) for shape in (a, b))), label)
MIXED = ((F32, I64), (I64, F32), (BF16, F32), (F16, BF16), (BOOL, F32), (BOOL, I64), (U8, I8), (U8, I64), (I32, I64), (F32, F64), (I8, F16),
         (I16, U8), (BOOL, BOOL))
for a, b in MIXED:
    label = f"{short(a)}-{short(b)}"
    case("add.Tensor mul.Tensor", lambda n, a=a, b=b: call(rand(n, 3, dtype=a), rand(3, dtype=b)), label, ulps=1)
    case("add.Tensor", lambda n, a=a, b=b: call(rand(n, 3, dtype=a), rand(dtype=b)), label + "-scalar", ulps=1)
    case("div.Tensor eq.Tensor", lambda n, a=a, b=b: call(rand(n, 3, dtype=a), rand(3, dtype=b)), label)
    case("where.self", lambda n, a=a, b=b: call(rand(n, 3, dtype=BOOL), rand(n, 3, dtype=a), rand(3, dtype=b)), label, exact=True)
case("add.Tensor", lambda n: call(rand(n, 3, dtype=I32), 2.5), "i32-number")
case("add.Tensor", lambda n: call(rand(n, 3, dtype=BOOL), 2), "bool-number")
case("mul.Tensor", lambda n: call(rand(n, 3, dtype=I8), 100), "i8-wrap", exact=True)
case("add.Tensor", lambda n: call(View(rand(3, n), lambda t: t.t()), rand(n, 3)), "transposed")

# ---- ternary ----------------------------------------------------------------

for_dtypes("where.self", ALL, lambda n, d: call(rand(n, 5, dtype=BOOL), rand(n, 1, dtype=d), rand(5, dtype=d)), exact=True)
case("where.self", lambda n: call(special() > 0, special(), -special()), "special", exact=True)
case("where.ScalarSelf", lambda n: call(rand(n, 3, dtype=BOOL), 2.0, rand(n, 3)), exact=True)
case("where.ScalarOther", lambda n: call(rand(n, 3, dtype=BOOL), rand(n, 3), -1), exact=True)
case("where.Scalar", lambda n: call(rand(n, 3, dtype=BOOL), 1.5, -2.0), exact=True)
case("where.Scalar", lambda n: call(rand(n, 3, dtype=BOOL), 1, 0), "i64", exact=True)
for_dtypes("masked_fill.Scalar", ALL, lambda n, d: call(rand(n, 5, dtype=d), rand(5, dtype=BOOL), 1), exact=True)
case("masked_fill.Scalar", lambda n: call(rand(n, 5), rand(n, 5, dtype=BOOL), -math.inf), "inf", exact=True)
for_dtypes("masked_fill.Tensor", ALL, lambda n, d: call(rand(n, 5, dtype=d), rand(n, 1, dtype=BOOL), rand(dtype=d)), exact=True)
for_dtypes("clamp clip", NUMBERS, lambda n, d: call(special(d), 0, 3), exact=True)
for_dtypes("clamp", FLOATS, lambda n, d: call(special(d), 1.0, -1.0), "crossed", exact=True)
for_dtypes("clamp", FLOATS, lambda n, d: call(special(d), math.nan, 1.0), "nan", exact=True)
for_dtypes("clamp", FLOATS, lambda n, d: call(special(d), -0.0, None), "zero", exact=True)
for_dtypes("clamp", NUMBERS, lambda n, d: call(special(d), None, 1.5), "fraction", exact=True)
for_dtypes("clamp_min", NUMBERS, lambda n, d: call(special(d), 1), exact=True)
for_dtypes("clamp_max", NUMBERS, lambda n, d: call(special(d), 1), exact=True)
for_dtypes("clamp.Tensor clip.Tensor", NUMBERS, lambda n, d: call(rand(n, 5, dtype=d), rand(5, dtype=d), rand(n, 1, dtype=d)), exact=True)
for_dtypes("clamp.Tensor", FLOATS, lambda n, d: call(special(d), special(d).flip(0), None), "special", exact=True)
for_dtypes("clamp_min.Tensor clamp_max.Tensor", NUMBERS, lambda n, d: call(*pairs(d)), exact=True)
for_dtypes("addcmul", NUMBERS, lambda n, d: call(rand(n, 5, dtype=d), rand(5, dtype=d), rand(n, 1, dtype=d), value=2), scale=2e-7)
for_dtypes("addcdiv", FLOATS, lambda n, d: call(rand(n, 5, dtype=d), rand(5, dtype=d), rand(n, 1, dtype=d, low=1), value=0.5))
for_dtypes("lerp.Scalar", FLOATS, lambda n, d: call(rand(n, 5, dtype=d), rand(5, dtype=d), 0.3))
for_dtypes("lerp.Scalar", FLOATS, lambda n, d: call(rand(n, 5, dtype=d), rand(5, dtype=d), 0.8), "high")
for_dtypes("lerp.Tensor", FLOATS, lambda n, d: call(rand(n, 5, dtype=d), rand(5, dtype=d), rand(n, 5, dtype=d, low=0, high=1)))
