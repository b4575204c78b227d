#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Starts a new pass or a new elementwise operation: files with their tests, in the right rooms.

  utils/new.py pass 4_optimize fold-example "Fold examples into their users"
  utils/new.py op sinc "sin(pi x) / (pi x), 1 at 0, torch.sinc"

What is written compiles, registers itself and does nothing; the printed list says what is left.
"""
import argparse, pathlib, re, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LICENSE = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"


class Refused(Exception):
    pass


class Changes:
    """All files are written at the end, or none."""

    def __init__(self, root):
        self.root, self.files = root, {}

    def read(self, path):
        return self.files.get(path) or (self.root / path).read_text()

    def create(self, path, text):
        if (self.root / path).exists():
            raise Refused(f"{path} exists already")
        self.files[path] = text

    def insert(self, path, text, before=None, after=None):
        """Inserts before the last or after the last occurrence of a piece of text."""
        old = self.read(path)
        at = old.rfind(before if before is not None else after)
        if at < 0:
            raise Refused(f"{path} looks different than expected: there is no '{(before or after).strip()}'")
        at += 0 if before is not None else len(after)
        self.files[path] = old[:at] + text + old[at:]

    def write(self):
        for path, text in self.files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)
            print(f"wrote {path}")


def pascal(name):
    return "".join(part.capitalize() for part in re.split(r"[-_]", name))


def new_pass(changes, stage, name, summary):
    if not (changes.root / "passes" / stage / "Passes.td").exists():
        stages = sorted(p.parent.name for p in (changes.root / "passes").glob("[0-9]_*/Passes.td"))
        raise Refused(f"no stage '{stage}', expected one of {', '.join(stages)}")
    folder, cls, flag = f"passes/{stage}", pascal(name), f"lc-{name}"
    if f'"{flag}"' in "".join(p.read_text() for p in (changes.root / "passes").rglob("Passes.td")):
        raise Refused(f"there is a pass '{flag}' already")
    changes.insert(f"{folder}/Passes.td", before="#endif", text=f"""def {cls} : Pass<"{flag}", "mlir::func::FuncOp"> {{
  let summary = "{summary}";
  let description = [{{
    Why it is worth doing, in a sentence or two.

    ```mlir
    the IR before
    // becomes
    the IR after
    ```
  }}];
  let dependentDialects = ["lcompile::lc::LcDialect"];
}}

""")
    changes.create(f"{folder}/{cls}.cpp", f"""// {LICENSE}
// {summary}.
#include "dialects/lc/IR/LcOps.h"
#include "passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace lcompile {{
#define GEN_PASS_DEF_{cls.upper()}
#include "passes/Passes.h.inc"
}} // namespace lcompile

using namespace mlir;
using namespace lcompile;

namespace {{

struct {cls}Pass : lcompile::impl::{cls}Base<{cls}Pass> {{
  LogicalResult initialize(MLIRContext *ctx) override {{
    RewritePatternSet set(ctx);
    patterns = std::move(set);
    return success();
  }}

  void runOnOperation() override {{
    if (failed(applyPatternsGreedily(getOperation(), patterns)))
      signalPassFailure();
  }}

  FrozenRewritePatternSet patterns;
}};

}} // namespace
""")
    lists = [p for p in sorted((changes.root / folder).rglob("CMakeLists.txt")) if "SOURCES\n" in p.read_text()]
    if (changes.root / folder / "CMakeLists.txt") not in lists:
        raise Refused(f"{folder} has several libraries: choose one by hand")
    cmake = f"{folder}/CMakeLists.txt"
    sources = re.search(r"  SOURCES\n((?:    \w+\.cpp\n)+)", changes.read(cmake))
    files = sorted(sources[1].splitlines() + [f"    {cls}.cpp"])
    changes.files[cmake] = changes.read(cmake).replace(sources[1], "\n".join(files) + "\n")
    changes.create(f"test/{folder}/{name}.mlir", f"""// {LICENSE}
// RUN: lcompile-opt --{flag} --split-input-file %s | FileCheck %s

// CHECK-LABEL: func.func @example
// CHECK:         %[[R:.+]] = lc.relu
// CHECK:         return %[[R]]
func.func @example(%x: tensor<4xf32>) -> tensor<4xf32> {{
  %0 = lc.relu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}}
""")
    return [f"write the patterns in {folder}/{cls}.cpp and the description in {folder}/Passes.td",
            f"add create{cls}() to its stage in passes/Pipelines/Pipelines.cpp, where it belongs in the order",
            f"make test/{folder}/{name}.mlir show what it does; add {name}-errors.mlir if it can refuse"]


def new_op(changes, name, meaning):
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise Refused(f"'{name}' is no mnemonic: expected lower case, digits and underscores")
    cls = f"{pascal(name)}Op"
    table = "dialects/lc/IR/LcElementwiseOps.td"
    if f"Lc_{cls} " in "".join(p.read_text() for p in (changes.root / "dialects/lc/IR").glob("*.td")):
        raise Refused(f"there is an operation 'lc.{name}' already")
    rows = re.findall(r"^def Lc_\w+ : Lc_UnaryFloatOp<.*>;\n", changes.read(table), re.M)
    if not rows:
        raise Refused(f"{table} looks different than expected: there is no unary operation")
    changes.insert(table, after=rows[-1], text=f'def Lc_{cls} : Lc_UnaryFloatOp<"{name}", "{meaning}">;\n')
    bodies = "dialects/lc/IR/LcUnaryBodies.cpp"
    changes.files[bodies] = changes.read(bodies).rstrip("\n") + f"""

Value {cls}::buildBody(ImplicitLocOpBuilder &b, ValueRange args) {{
  // The meaning for one element, with arith, math and BodyBuilder; until it is
  // written: x itself.
  return args[0];
}}
"""
    gradients = "dialects/lc/IR/Gradients/Unary.cpp"
    changes.files[gradients] = changes.read(gradients).rstrip("\n") + f"""

LogicalResult {cls}::differentiate(GradientBuilder &) {{
  // scaled(*this, g, slope by x and the result); until it is written:
  return emitError("cannot differentiate 'lc.{name}'");
}}
"""
    rules = "lib/Import/Aten/Rules/Elementwise.cpp"
    changes.insert(rules, before="}\n", text=f'  table.add("aten::{name}", unaryFloat<lc::{cls}>);\n')
    changes.create(f"test/dialects/lc/{name}.mlir", f"""// {LICENSE}
// RUN: lcompile-opt %s | lcompile-opt | FileCheck %s

// CHECK-LABEL: func.func @{name}
// CHECK:         lc.{name} %{{{{.+}}}} : tensor<4xf32>
func.func @{name}(%x: tensor<4xf32>) -> tensor<4xf32> {{
  %0 = lc.{name} %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}}
""")
    return [f"write {cls}::buildBody in {bodies}",
            f"write {cls}::differentiate in {gradients}, with a case in test/passes/2_train/test_gradients.py",
            "compare it with eager PyTorch in f32 and bf16: odd sizes, empty, 0-d, NaN and infinities",
            "./dev docs brings docs/ops.md up to date"]


def main(arguments=None, root=ROOT):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser("pass", help="a pass of a stage")
    one.add_argument("stage", help="4_optimize")
    one.add_argument("name", help="fold-example")
    one.add_argument("summary", help="a verb phrase")
    one = kinds.add_parser("op", help="a unary elementwise operation of lc")
    one.add_argument("name", help="sinc")
    one.add_argument("meaning", help="what it computes, and its name in torch")
    given = vars(parser.parse_args(arguments))
    changes = Changes(root)
    try:
        left = (new_pass if given.pop("kind") == "pass" else new_op)(changes, **given)
    except Refused as reason:
        print(f"new.py: error: {reason}", file=sys.stderr)
        return 1
    changes.write()
    print("\n".join(f"next: {step}" for step in left))
    return 0


if __name__ == "__main__":
    sys.exit(main())
