# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rows of the table beside their references: every function of a row, under every predicate."""
import functools, zlib
from dataclasses import dataclass, field

import numpy as np
import tpc_calls
import tpc_reference as ref

SCALAR_COUNT = 256
TAIL = ("switches", "income", "predicate", "polarity")
ROWS = {}


@dataclass
class Row:
    reference: object  # (types, operands..., sw, numbers by name) -> bits of the result, or a list of its parts
    switches: tuple = (0,)
    numbers: dict = field(default_factory=dict)  # what int parameters may be
    compare: object = None  # (types, result, expected) when bits need not be equal
    generate: object = None  # (type name, rng) -> bits of an operand


def row(name, **options):
    """Registers the reference of a row."""
    def register(function):
        for n in [name] if isinstance(name, str) else name:
            ROWS[n] = Row(function, **options)
        return function
    return register


@functools.cache
def by_row():
    rows = {}
    for f in tpc_calls.table():
        rows.setdefault(f.row, []).append(f)
    return rows


def build_all():
    tpc_calls.build([f for name in ROWS for f in by_row().get(name, [])])


def scalar_type(type):
    for name, t in tpc_calls.TYPES.items():
        if t.scalar == type and type not in ("int", "unsigned"):
            return name
    return {"int": "i32", "unsigned": "u32"}.get(type)


def make_operand(type, rng, generate):
    """(bytes as the call wants them, what the reference gets)."""
    parts = tpc_calls.operand_type(type)
    if parts:
        lists = [generate(p[0] if isinstance(p, list) else p, rng) for p in parts]
        return np.concatenate([x.view(np.uint8) for x in lists]), lists[0] if len(lists) == 1 else lists
    if type.startswith("bool") and type != "bool":
        lanes = rng.integers(0, 2, int(type[4:]), np.uint8)
        return np.packbits(lanes, bitorder="little"), lanes
    if type == "bool":
        x = rng.integers(0, 2, SCALAR_COUNT, np.uint8)
        return x, x
    name = scalar_type(type)
    x = ref.operands(ref.TYPES[name], rng, SCALAR_COUNT)
    return x, x


def result_parts(f, raw):
    """The bytes of a result as arrays of lanes."""
    parts = tpc_calls.operand_type(f.result)
    if parts is None and f.result.startswith("bool") and f.result != "bool":
        n = int(f.result[4:])
        return [np.unpackbits(raw[: n // 8], bitorder="little")]
    if parts is None and not f.result.startswith("lc_tpc::pair"):
        bits = np.dtype(np.uint8 if f.result == "bool" else ref.TYPES[scalar_type(f.result)].bits)
        return [raw[: SCALAR_COUNT * bits.itemsize].view(bits)]
    if parts[0] is None or parts[0] == [None]:
        raise AssertionError(f.result)
    flat = [p[0] if isinstance(p, list) else p for p in parts]
    return [raw[i * 256 : i * 256 + 256].view(ref.TYPES[p].bits) for i, p in enumerate(flat)]


def check(f, spec):
    rng = np.random.default_rng(zlib.crc32(f"{f.name}{[p.type for p in f.params]}".encode()))
    generate = spec.generate or (lambda name, r: ref.operands(ref.TYPES[name], r))
    head = [p for p in f.params if p.name not in TAIL]
    for trial, sw in enumerate(spec.switches * (2 if len(spec.switches) < 3 else 1)):
        numbers = {name: int(rng.choice(choices)) for name, choices in spec.numbers.items()}
        made = {p.name: (numbers[p.name], numbers[p.name]) if p.name in numbers else make_operand(p.type, rng, generate) for p in head}
        incomes = [p for p in f.params if p.name == "income"]
        if incomes:
            made["income"] = make_operand(incomes[0].type, rng, generate)
        operands = [made[p.name][1] for p in head if p.name not in numbers]
        extra = {"income": made["income"][1]} if "income" in spec.reference.__code__.co_varnames and incomes else {}
        expected = spec.reference(f.types, *operands, sw=sw, **numbers, **extra)
        expected = expected if isinstance(expected, list) else [expected]
        for predicate in predicates(f, rng):
            check_call(f, spec, made, sw, predicate, expected)


def predicates(f, rng):
    if f.style == "b":
        return [(1, 0), (0, 0), (1, 1), (0, 1)]
    if f.style == "vb":
        mask = next(p for p in f.params if p.name == "predicate").type
        lanes = rng.integers(0, 2, int(mask[4:]), np.uint8)
        return [(lanes, 0), (lanes, 1)]
    return [(None, None)]


def check_call(f, spec, made, sw, predicate, expected):
    values = {"switches": sw, "polarity": predicate[1],
              "predicate": np.packbits(predicate[0], bitorder="little") if f.style == "vb" else predicate[0]}
    operands = [made[p.name][0] if p.name in made else values[p.name] for p in f.params]
    count = 1 if any(tpc_calls.is_vector(p.type) for p in f.params) or tpc_calls.is_vector(f.result) else SCALAR_COUNT
    results = result_parts(f, tpc_calls.call(f, operands, count))
    if f.style:
        income = made[f.income][1]
        income = income if isinstance(income, list) else [income]
        if f.style == "b":
            on = predicate[0] != predicate[1]
            wanted = expected if on else income
        else:
            lanes = predicate[0] != predicate[1]
            parallel = len(expected) == 1 or expected[0].size == lanes.size
            masks = [lanes] * len(expected) if parallel else ref.split(lanes, len(expected))
            wanted = [np.where(m, e, i) for m, e, i in zip(masks, expected, income)]
    else:
        wanted = expected
    if spec.compare and not (f.style == "b" and not on):
        wanted_lists = wanted
        for r, w in zip(results, wanted_lists):
            spec.compare(f, r, w)
        return
    for part, (r, w) in enumerate(zip(results, wanted, strict=True)):
        w = np.asarray(w).astype(r.dtype)
        r = r[: w.size]
        if not np.array_equal(r, w):
            bad = np.flatnonzero(r != w)
            operand = {k: [hex(int(v)) for v in np.ravel(x[1])[bad[:4]]] for k, x in made.items()
                       if isinstance(x[1], np.ndarray) and x[1].size == r.size}
            raise AssertionError(f"{f.name}({', '.join(p.type for p in f.params)}) switches {sw:#x} predicate style '{f.style}' part {part}: "
                                 f"{bad.size} lanes differ, lanes {bad[:4]}: got {[hex(int(v)) for v in r[bad[:4]]]}, "
                                 f"expected {[hex(int(v)) for v in w[bad[:4]]]}, operands {operand}")


def check_row(name):
    failures = []
    for f in by_row()[name]:
        try:
            check(f, ROWS[name])
        except AssertionError as e:
            failures.append(str(e))
    assert not failures, f"{len(failures)} of {len(by_row()[name])} functions: " + "\n".join(failures[:6])
