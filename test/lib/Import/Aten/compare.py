# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether a tensor is what PyTorch computes.

Data movement, comparisons and integers must agree to the bit. Floating point is compared
with the same operator on f64: a result may be a few units in the last place further off
than eager mode itself.
"""
import torch

FLOAT_INFO = {torch.float32: (23, -126), torch.float64: (52, -1022), torch.float16: (10, -14), torch.bfloat16: (7, -126)}


def ulp(x, dtype):
    """The distance of |x| to the next number of the dtype."""
    bits, least = FLOAT_INFO[dtype]
    exponent = torch.frexp(x.abs().double()).exponent - 1
    return torch.ldexp(torch.ones_like(x, dtype=torch.float64), exponent.clamp(min=least) - bits)


def as_double(t):
    return t.to(torch.float64)


def difference(got, want, exact, case):
    """None, or what differs. `exact`: the f64 result rounded nowhere, or None."""
    if got.dtype != want.dtype:
        return f"dtype {got.dtype}, expected {want.dtype}"
    if got.shape != want.shape:
        return f"shape {tuple(got.shape)}, expected {tuple(want.shape)}"
    if case.shapes_only or want.numel() == 0:
        return None
    if not want.dtype.is_floating_point:
        return report(got != want, got, want)
    nan = torch.isnan(want)
    if not torch.equal(nan, torch.isnan(got)):
        return report(nan != torch.isnan(got), got, want)
    if case.exact or exact is None or exact.dtype != torch.float64:
        bad = (got != want) & ~nan
        if case.exact:
            bad |= (torch.signbit(got) != torch.signbit(want)) & ~nan
        if case.exact:
            return report(bad, got, want)
        exact = want
    # What is infinite in this dtype is infinite here; only next to the limit may rounding decide.
    infinite = torch.isinf(want) | torch.isinf(got)
    bad = infinite & (got != want)
    got64, want64, exact = as_double(got), as_double(want), as_double(exact)
    exact = torch.where(torch.isfinite(exact) & ~infinite & ~nan, exact, want64)
    finite = torch.isfinite(exact) & ~infinite & ~nan
    exact = torch.where(finite, exact, 0)
    narrow = want.dtype in (torch.float16, torch.bfloat16)
    ulps = case.ulps if case.ulps is not None else (1 if narrow else 2)
    allowed = ulps * ulp(exact, want.dtype) + 2 * torch.where(finite, (want64 - exact).abs(), 0)
    if case.scale:
        allowed = allowed + case.scale * exact.abs().max()
    bad |= finite & ((got64 - exact).abs() > allowed)
    # The sign of zero is part of the result, unless both are rounded to zero.
    # (Eager's own sometimes depends on the place in the tensor; then f64 decides.)
    sign = torch.signbit(got)
    bad |= finite & (got == 0) & (want == 0) & (exact == 0) & (sign != torch.signbit(want)) & (sign != torch.signbit(exact))
    return report(bad, got, want, exact)


def report(bad, got, want, exact=None):
    if not bad.any():
        return None
    places = bad.nonzero()
    lines = [f"{len(places)} of {want.numel()} elements differ"]
    for place in places[:5].tolist():
        at = tuple(place)
        text = f"  at {place}: found {got[at].item()!r}, expected {want[at].item()!r}"
        if exact is not None:
            text += f", exact {exact[at].item()!r}"
        lines.append(text)
    return "\n".join(lines)
