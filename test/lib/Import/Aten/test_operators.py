# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every rule of the ATen table beside eager PyTorch, operator by operator.

All cases of a family are one program, compiled for AVX2 and for this machine, with sizes
fixed and symbolic. The cases stand in cases_*.py.
"""
import functools
import importlib
import pathlib
import sys

import pytest
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import case as catalogue  # noqa: E402
import compare  # noqa: E402
import harness  # noqa: E402

FAMILIES = {}
for path in sorted(pathlib.Path(__file__).parent.glob("cases_*.py")):
    start = len(catalogue.CASES)
    importlib.import_module(path.stem)
    FAMILIES[path.stem] = catalogue.CASES[start:]
DYNAMIC_SIZES = (1, 2, 17, 33)


@functools.cache
def dynamic_cases(family):
    return [case for case in FAMILIES[family] if case.dynamic and harness.follows_size(case)]


def sweep(cases, folder, dynamic):
    """All cases of a family, for AVX2 and for this machine, with one thread and with two."""
    if dynamic:
        return harness.compute(cases, folder, ["x86-64-v3"], DYNAMIC_SIZES, True)
    return harness.compute(cases, folder, ["x86-64-v3", "native"], threads=(1, 2))


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    @functools.cache
    def answers(family, dynamic):
        return sweep(dynamic_cases(family) if dynamic else FAMILIES[family], tmp_path_factory.mktemp(family), dynamic)

    return answers


def check(case, answers):
    answer = answers[0][case.name]
    assert not isinstance(answer, str), answer
    packet, _, overload = case.rule.partition(".")
    assert f"aten.{packet}.{overload or 'default'}" in answers[1], "torch.export wrote another operator"
    for (cpu, n, team), results in answer.items():
        wants, exacts = harness.expected(case.name, n)
        for i, (got, want, exact) in enumerate(zip(results, wants, exacts, strict=True)):
            message = compare.difference(got, want, exact, case)
            assert message is None, f"{cpu}, n = {n}, {team} threads, result {i}: {message}"
        other = answer.get((cpu, n, 1), results)
        same = case.splits_sums or all(same_bits(a, b) for a, b in zip(results, other))
        assert same, f"{cpu}: the number of threads changes the result"


def same_bits(a, b):
    def bits(t):
        return (t.view(torch.int16) if t.dtype == torch.bfloat16 else t).numpy().tobytes()

    return bits(a) == bits(b)


def parameters(list_of):
    return [pytest.param(family, case, id=case.name) for family in FAMILIES for case in list_of(family)]


@pytest.mark.parametrize("family, case", parameters(lambda family: FAMILIES[family]))
def test_static(family, case, programs):
    check(case, programs(family, False))


@pytest.mark.parametrize("family, case", parameters(dynamic_cases))
def test_dynamic(family, case, programs):
    check(case, programs(family, True))
