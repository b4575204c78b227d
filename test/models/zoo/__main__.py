# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes models of the zoo as files: `python -m zoo NAME... --out DIR [--pt2] [--dynamic] [--pt] [--inputs]`."""

import argparse
import os

import torch

from . import NAMES, RECIPES, convert


def parse_sizes(text):
    """'b=2,s=7' -> {'b': 2, 's': 7}"""
    return {k: int(v) for k, v in (item.split("=") for item in text.split(",") if item)}


def probes(name):
    """Sizes at both ends of every symbol's range and one inside."""
    symbols = RECIPES[name].symbols
    return [
        {},
        {s: symbol.min for s, symbol in symbols.items()},
        {s: symbol.max if symbol.max > 32 else 5 for s, symbol in symbols.items()},
        {s: 7 for s in symbols},
    ]


def report(name, path, function, sizes):
    for probe in sizes:
        error = convert.worst_error(function, name, **probe)
        print(f"{os.path.basename(path):28} {probe or 'example'}: {error:.1e} of the range", flush=True)


def write(name, args):
    os.makedirs(args.out, exist_ok=True)
    path = os.path.join(args.out, name)
    if args.pt2:
        torch.export.save(convert.exported(name), path + ".pt2")
        if args.check:
            report(name, path + ".pt2", torch.export.load(path + ".pt2").module(), [{}])
    if args.dynamic:
        torch.export.save(convert.exported_dynamic(name), path + ".dyn.pt2")
        if args.check:
            report(name, path + ".dyn.pt2", torch.export.load(path + ".dyn.pt2").module(), probes(name))
    if args.pt:
        torch.jit.save(convert.scripted(name), path + ".pt")
        if args.check:
            report(name, path + ".pt", torch.jit.load(path + ".pt"), probes(name))
    if args.inputs:
        sizes = parse_sizes(args.sizes)
        path += "".join(f".{k}{v}" for k, v in sizes.items())
        inputs, outputs = convert.reference(name, **sizes)
        convert.save_arrays(path + ".inputs", inputs)
        convert.save_arrays(path + ".expected", outputs)


def main():
    parser = argparse.ArgumentParser(prog="python -m zoo", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="models; without any: list them")
    parser.add_argument("--out", default=".", metavar="DIR")
    parser.add_argument("--pt2", action="store_true", help="DIR/NAME.pt2, the example's sizes")
    parser.add_argument("--dynamic", action="store_true", help="DIR/NAME.dyn.pt2, sizes that vary within bounds")
    parser.add_argument("--pt", action="store_true", help="DIR/NAME.pt, traced or scripted")
    parser.add_argument("--inputs", action="store_true", help="DIR/NAME.inputs/*.npy and DIR/NAME.expected/*.npy")
    parser.add_argument("--sizes", default="", metavar="b=2,s=7", help="other sizes for --inputs; in the folder's name")
    parser.add_argument("--check", action="store_true", help="load what was written and compare it with eager mode")
    args = parser.parse_args()
    unknown = [n for n in args.names if n not in RECIPES]
    if unknown:
        parser.error(f"no model {', '.join(unknown)}; there are {', '.join(NAMES)}")
    if not args.names:
        print("\n".join(NAMES))
    for name in args.names:
        write(name, args)


if __name__ == "__main__":
    main()
