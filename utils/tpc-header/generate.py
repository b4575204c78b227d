#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes what follows from the table of TPC-C intrinsics.

  utils/tpc-header/generate.py --out DIR

TpcIntrinsics.h    definitions for the simulator, on the headers in runtime/backends/tpc/include
TpcDeclarations.h  the same functions without bodies, for the cycle model
TpcTables.h        coefficients of the look-up tables
tpc-intrinsics.json, tpc-intrinsics.md
"""
import argparse, pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import coefficients, declarations, definitions, reference  # noqa: E402
from table import functions  # noqa: E402


def write_all(folder):
    folder.mkdir(parents=True, exist_ok=True)
    table = functions()
    check(table)
    outputs = {
        "TpcIntrinsics.h": definitions.text(table),
        "TpcDeclarations.h": declarations.text(table),
        "TpcTables.h": coefficients.text(),
        "tpc-intrinsics.json": reference.json_text(table),
        "tpc-intrinsics.md": reference.markdown(table),
    }
    for name, text in outputs.items():
        path = folder / name
        if not path.exists() or path.read_text() != text:  # what is built from them stays up to date
            path.write_text(text)
    return table


def check(table):
    """No two overloads may take the same types."""
    seen = set()
    for f in table:
        key = (f.name, tuple(p.type for p in f.params))
        if key in seen:
            raise SystemExit(f"{f.name} is defined twice for {', '.join(key[1])}")
        seen.add(key)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, type=pathlib.Path, metavar="DIR")
    table = write_all(parser.parse_args().out)
    print(f"{len(table)} functions")


if __name__ == "__main__":
    main()
