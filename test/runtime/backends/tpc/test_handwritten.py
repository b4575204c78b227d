# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Kernels that people wrote from the language alone, in styles of their own, unchanged.

Each runs member by member, with what it touches compared with what it declares, and as one box; both give the same bits.
"""
import pathlib, sys

import numpy as np
import pytest
import tpc
from custom_op import CustomOp

KERNELS = pathlib.Path(__file__).parent / "kernels"
sys.path.insert(0, str(KERNELS))
import references  # noqa: E402

CASES = [(name, generation) for name, kernel in sorted(references.KERNELS.items()) for generation in tpc.GENERATIONS
         if any(generation in case.targets for case in kernel.cases)]


def arrays(case):
    """Inputs and outputs in the order of the kernel's arguments are their descriptions' order."""
    outputs = {n: np.full(o.shape, 77 if o.initial is None else o.initial, o.dtype) for n, o in case.outputs.items()}
    return {**{n: np.ascontiguousarray(v) for n, v in case.inputs.items()}, **outputs}


def clipped(ranges, sizes):
    return [(max(low, 0), min(high, size - 1)) for (low, high), size in zip(ranges, sizes)]


def check_touched(op, names, data, outcome):
    for member, touched in outcome.touched.items():
        for i, name in enumerate(names):
            sizes = list(reversed(data[name].shape))
            declared = op.declared(name, member, len(sizes))
            own = [bounds for (number, _), bounds in touched.items() if number == i]
            if declared is None or not own:
                continue
            low, high = [min(v) for v in zip(*[b[0] for b in own])], [max(v) for v in zip(*[b[1] for b in own])]
            found, allowed = clipped(zip(low, high), sizes), clipped(declared, sizes)
            if name == "scratch":  # declared generously on purpose
                assert all(a[0] <= f[0] and f[1] <= a[1] for f, a in zip(found, allowed)), (name, member)
            else:
                assert found == allowed, (name, member)


@pytest.mark.parametrize("name, generation", CASES)
def test_kernel(name, generation):
    kernel = references.KERNELS[name]
    for case in kernel.cases:
        if generation not in case.targets:
            continue
        results = []
        for check in ("members", None):
            data = arrays(case)
            op = CustomOp(KERNELS / f"{name}.json", {n: a.shape[::-1] for n, a in data.items()}, case.scalars)
            names = [t["name"] for t in op.text["tensors"]]
            scalars = [case.scalars[s["name"]] for s in op.text.get("scalars", [])]
            outcome = tpc.run(KERNELS / f"{name}.c", [data[n] for n in names], scalars, op.space(), generation, pads=op.pads(), check=check)
            if check:
                check_touched(op, names, data, outcome)
            results.append(data)
        for output, expected in kernel.reference(case.inputs, case.scalars).items():
            tolerance = case.tolerance[output] if isinstance(case.tolerance, dict) else case.tolerance
            good = tolerance.check(results[0][output], expected)
            assert good.all(), (case.label, output, results[0][output][~good][:4], expected[~good][:4], tolerance)
            assert results[0][output].tobytes() == results[1][output].tobytes(), (case.label, output)
