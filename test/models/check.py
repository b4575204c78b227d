# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles the project's large models in every form and compares them with eager PyTorch.

    python check.py [--models resnet50,gpt2] [--forms pt2,exe,pt,dynamic,native] [--folder build/check]

Prints a table of the largest error over each output's range; exits with 1 when one is above 1e-4. `dynamic` is one
artefact, run at the smallest, an odd and the largest size of each symbol. torch_compile.py does the same for
torch.compile.
"""

import argparse
import os
import pathlib
import subprocess
import sys

import numpy as np

LARGE = ("resnet50", "mobilenet_v3_large", "convnext_tiny", "unet", "vit_b_16", "bert_base", "gpt2", "llama", "t5_small",
         "lstm_tagger", "scripted")
FORMS = ("pt2", "exe", "pt", "dynamic", "native")
LIMIT = 1e-4
ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build" / "bin"))


def sizes_of(name):
    """Sizes to run a dynamic artefact at: {} is the example's."""
    from zoo import RECIPES

    symbols = RECIPES[name].symbols
    picks = (lambda s: s.min, lambda s: min(max(7, s.min), s.max), lambda s: s.max)
    return [{key: pick(s) for key, s in symbols.items()} for pick in picks] if symbols else [{}]


def write(name, form, path):
    """In a process of its own: torch keeps what it traced."""
    code = ("import sys, torch; from zoo import convert\n"
            "name, form, path = sys.argv[1:]\n"
            "if form == 'pt': convert.scripted(name).save(path)\n"
            "else: torch.export.save((convert.exported_dynamic if form == 'dynamic' else convert.exported)(name), path)\n")
    subprocess.run([sys.executable, "-c", code, name, form, str(path)], check=True, cwd=ROOT / "test" / "models",
                   stderr=subprocess.DEVNULL)


def input_specs(name):
    """A TorchScript file does not say how large its inputs are."""
    from zoo import build

    model = build(name)
    kinds = {"torch.float32": "f32", "torch.int64": "i64", "torch.bool": "i1"}
    return [f"--input={key}: {''.join(f'{n}x' for n in x.shape)}{kinds[str(x.dtype)]}"
            for key, x in zip(model.names, model.args)]


def error_of(artefact, name, folder, sizes):
    from zoo import convert

    inputs, expected = convert.reference(name, **sizes)
    convert.save_arrays(folder, inputs)
    runner = [str(artefact)] if artefact.suffix != ".so" else [str(BIN / "lcompile-run"), str(artefact)]
    info = subprocess.run([*runner, "--info"], capture_output=True, text=True, check=True).stdout.split()
    names = [info[i + 1].rstrip(":") for i, word in enumerate(info[:-1]) if word == "output"]
    assert len(names) == len(expected), f"{names} for {list(expected)}"
    outputs = [folder / f"{key}.out.npy" for key in names]
    subprocess.run([*runner, *[f"--input={key}=@{folder}/{key}.npy" for key in inputs],
                    *[f"--output={key}={path}" for key, path in zip(names, outputs)]], check=True, capture_output=True)
    worst = 0.0
    for path, want in zip(outputs, expected.values()):
        got, want = np.load(path), want.numpy()
        assert got.shape == want.shape and got.dtype == want.dtype, f"{got.dtype}{got.shape} for {want.dtype}{want.shape}"
        span = np.ptp(want.astype(np.float64)) or np.abs(want).max() or 1.0
        worst = max(worst, float(np.abs(got.astype(np.float64) - want).max() / span))
    return worst


def check(name, form, folder):
    """[(sizes, error)] of one form of a model."""
    source = folder / (f"{name}.pt" if form == "pt" else f"{name}.{'dyn.' if form == 'dynamic' else ''}pt2")
    if not source.exists():
        write(name, form, source)
    artefact = folder / (name if form == "exe" else f"{name}.so")
    options = ["--kernels=native"] if form == "native" else []
    specs = input_specs(name) if form == "pt" else []
    done = subprocess.run([str(BIN / "lcompile"), str(source), *options, *specs, "-o", str(artefact)], capture_output=True,
                          text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[:400])
    sizes = sizes_of(name) if form == "dynamic" else [{}]
    return [(s, error_of(artefact, name, folder / "arrays", s)) for s in sizes]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", default=",".join(LARGE))
    parser.add_argument("--forms", default=",".join(FORMS))
    parser.add_argument("--folder", default=str(ROOT / "build" / "check"))
    options = parser.parse_args()
    folder = pathlib.Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    bad = 0
    print("| model | form | sizes | error / range |\n|---|---|---|---:|")
    for name in options.models.split(","):
        for form in options.forms.split(","):
            try:
                rows = check(name, form, folder)
            except (RuntimeError, AssertionError, subprocess.CalledProcessError) as problem:
                bad += 1
                print(f"| {name} | {form} | | {str(problem).splitlines()[0]} |", flush=True)
                continue
            for sizes, error in rows:
                bad += not error <= LIMIT
                print(f"| {name} | {form} | {', '.join(f'{k}={v}' for k, v in sizes.items())} | {error:.1e} |", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
