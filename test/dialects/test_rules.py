# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every numbered rule of an operation, and every pass, has a lit test that names it."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def words(pattern, folders, endings):
    """The first groups of all matches in the sources."""
    found = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in endings:
                found |= set(re.findall(pattern, path.read_text()))
    return found


def test_rules_have_negative_tests():
    rules = words(r"\b([a-z_0-9]+_c\d+)\b", ["dialects"], {".td", ".cpp"})
    tested = set()
    for path in (ROOT / "test").rglob("*-errors.mlir"):
        tested |= set(re.findall(r"\b([a-z_0-9]+_c\d+)\b", path.read_text()))
    assert len(rules) > 50
    assert sorted(rules - tested) == []


def test_passes_have_lit_tests():
    passes = words(r'Pass<"([a-z-]+)"', ["passes", "dialects"], {".td"})
    run = set()
    for path in (ROOT / "test").rglob("*.mlir"):
        for line in path.read_text().splitlines():
            if line.startswith("// RUN:"):
                run |= set(re.findall(r"--([a-z-]+)", line))
    assert len(passes) > 10
    assert sorted(passes - run) == []
