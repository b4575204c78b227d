#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that every include goes to a room that the file's layer may see.

The table is LAYERS below. Includes of our own name their room
by path ("dialects/lc/IR/LcOps.h"); "lcompile-c/..." and "lcompile/..." are public.
Each source file is one test case.
"""
import argparse, pathlib, re, subprocess, sys
import xml.etree.ElementTree as ElementTree

root = pathlib.Path(__file__).resolve().parent.parent
PUBLIC = ("lcompile-c/", "lcompile/")
# layer -> prefixes of our includes that it may see, beside its own folder and PUBLIC
LAYERS = [
    ("include/", ()),
    ("runtime/", ()),
    ("dialects/lc/", ()),
    ("dialects/", ("dialects/",)),
    # The contract between generated code and its support is one header of the runtime.
    ("passes/", ("dialects/", "passes/", "lib/Support/", "runtime/backends/cpu/artefact/Artefact.h")),
    ("lib/Import/", ("dialects/", "lib/Import/", "lib/Support/")),
    # And what packs weights, the same for the compiler and for artefacts.
    ("lib/Target/CPU/", ("dialects/", "passes/", "lib/", "runtime/backends/cpu/artefact/Artefact.h",
                         "runtime/backends/cpu/artefact/OneDnnLayout.h")),
    ("lib/", ("dialects/", "passes/", "lib/")),
    ("tools/lcompile-run/", ("runtime/",)),
    ("python/", ()),
    ("tools/", ("lib/",)),
]
ROOMS = ("dialects/", "passes/", "lib/", "runtime/", "tools/", "python/", "test/")
# The only files that may see libtorch: the plug-in of the TorchScript importer.
TORCH = re.compile(r"^(torch|ATen|c10|caffe2)/")
MLIR = re.compile(r"^(mlir|llvm|lld)(-c)?/")


def problems(path):
    name = path.as_posix()
    layer = next((entry for entry in LAYERS if name.startswith(entry[0])), None)
    if not layer:
        return
    for number, line in enumerate((root / path).read_text(errors="replace").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*[<"]([^">]+)[">]', line)
        if not match:
            continue
        target = match[1]
        if TORCH.match(target) and not name.startswith("lib/Import/TorchScript/"):
            yield f"{name}:{number}: only lib/Import/TorchScript may include {target}"
        if MLIR.match(target) and name.startswith(("runtime/", "include/")):
            yield f"{name}:{number}: the runtime may not include {target}"
        if target.startswith(ROOMS) and not target.startswith(layer[1] + (layer[0],)) and target.split(".")[-1] != "inc":
            yield f"{name}:{number}: {layer[0]} may not include {target}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--xml", help="write JUnit XML to this file")
    options = parser.parse_args()
    files = subprocess.run(["git", "ls-files", "*.h", "*.hpp", "*.c", "*.cpp"], cwd=root, capture_output=True, text=True)
    suite = ElementTree.Element("testsuite", name="layering")
    bad = 0
    for name in files.stdout.split():
        if not (root / name).exists():
            continue
        case = ElementTree.SubElement(suite, "testcase", classname="layering", name=name)
        found = list(problems(pathlib.Path(name)))
        if found:
            bad += 1
            print("\n".join(found))
            ElementTree.SubElement(case, "failure").text = "\n".join(found)
    if options.xml:
        ElementTree.ElementTree(suite).write(options.xml)
    return 1 if bad else 0


sys.exit(main())
