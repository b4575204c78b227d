# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Descriptions of custom kernels (NAME.json beside NAME.c), evaluated for given sizes."""
import json, pathlib


def ceildiv(a, b):
    return -(-a // b)


class CustomOp:
    """sizes: {tensor: sizes, dimension 0 first}; scalars: {name: number}. x[k] is 1 past the rank of x."""

    def __init__(self, path, sizes, scalars):
        self.path = pathlib.Path(path)
        self.text = json.loads(self.path.read_text())
        # `in` is a word of Python's.
        self.names = {**scalars, **{self.word(n): list(s) + [1] * (5 - len(s)) for n, s in sizes.items()}}

    @staticmethod
    def word(name):
        return "in_" if name == "in" else name

    def value(self, formula):
        if not isinstance(formula, str):
            return formula
        return eval(formula.replace("in[", "in_["), {"ceildiv": ceildiv, "floordiv": lambda a, b: a // b}, self.names)

    def space(self):
        return [self.value(f) for f in self.text["index_space"]]

    def pads(self):
        """By number of the tensor."""
        return {i: float(t.get("pad", 0)) for i, t in enumerate(self.text["tensors"])}

    def declared(self, tensor, member, rank):
        """[(low, high)] of each dimension, both inclusive and before they are clipped; None: any element."""
        ranges = self.text["access"][tensor]
        while isinstance(ranges, str) and ranges != "all":
            ranges = self.text["access"][ranges]
        if ranges == "all":
            return None
        result = []
        for dim, scale, low, high in [[self.value(f) for f in r] for r in ranges[:rank]]:
            result.append((scale * member[dim] + low, scale * member[dim] + high))
        return result
