#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs all test suites and prints one line: "N passed, M failed".

Each suite writes JUnit XML into build/test-results; the sum is taken from there, and
a suite that ends badly without a failure of its own counts as one.
"""
import argparse, os, pathlib, subprocess, sys, time
import xml.etree.ElementTree as ElementTree

root = pathlib.Path(__file__).resolve().parent.parent
build = root / "build"
results = build / "test-results"


def suites(quick):
    """(name, command) of each suite; {xml} is its result file."""
    for binary in sorted((build / "bin").glob("lcompile-*-tests")) + sorted((build / "bin").glob("lcompile-*-cts")):
        yield binary.name, [str(binary), "--gtest_brief=1", "--gtest_output=xml:{xml}"]
    yield "lit", [find_lit(), "-q", "--xunit-xml-output={xml}", str(build / "test")]
    python = [sys.executable, "-m", "pytest", "-q", "-x" if quick else "-q", "--junitxml={xml}"]
    yield "rules", python + [str(root / "test/dialects"), str(root / "test/docs/test_ops.py")]
    yield "layering", [sys.executable, str(root / "utils/check-layering.py"), "--xml={xml}"]
    yield "utils", python + [str(root / "test/utils")]
    if not quick:
        yield "docs", python + [str(root / "test/docs"), f"--ignore={root / 'test/docs/test_ops.py'}"]
        yield "zoo", python + [str(root / "test/models")]
        yield "python", python + [str(root / "test/python")]
        yield "training", python + [str(root / "test/passes/2_train"), str(root / "test/passes/3_distribute")]
        yield "simulator", python + [str(root / "test/runtime/backends"), str(root / "test/passes/6_lower/tpc")]
        yield "operators", python + [str(root / "test/lib/Import/Aten")]
        yield "torchscript", python + [str(root / "test/lib/Import/TorchScript")]
    yield "integration", python + [str(root / "test/integration")] + (["-m", "not slow"] if quick else [])


def find_lit():
    for name in ("/usr/lib/llvm-22/bin/lit", "/usr/bin/lit-22", "/usr/lib/llvm-22/build/utils/lit/lit.py", "/usr/bin/lit"):
        if os.path.exists(name):
            return name
    return "lit"


def count(path):
    """(passed, failed, skipped) of a JUnit file."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    quick = parser.parse_args().quick
    results.mkdir(parents=True, exist_ok=True)
    total = [0, 0, 0]
    for name, command in suites(quick):
        xml = results / f"{name}.xml"
        xml.unlink(missing_ok=True)
        start = time.time()
        code = subprocess.run([part.replace("{xml}", str(xml)) for part in command], cwd=root).returncode
        numbers = count(xml) if xml.exists() else (0, 0, 0)
        if code and not numbers[1]:
            numbers = (numbers[0], 1, numbers[2])
        total = [a + b for a, b in zip(total, numbers)]
        print(f"{name}: {numbers[0]} passed, {numbers[1]} failed, {numbers[2]} skipped in {time.time() - start:.0f} s", flush=True)
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] or not total[0] else 0


sys.exit(main())
