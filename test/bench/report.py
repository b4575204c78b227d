# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rows of measurements as markdown tables: speed with ratios and their geometric mean, then what compiling costs."""

import math

PACKAGES = ("torch", "onnxruntime", "openvino", "onnx", "onnxscript", "transformers", "torchvision")
MB = 1e6


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def geomean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values))


def number(value, form):
    return "" if value is None else format(value, form)


def speed(rows, peers):
    """CPU ms a call, and in brackets how many times as long as the base (the last peer)."""
    cells = {(r["model"], r["peer"]): r.get("cpu_ms") for r in rows}
    models = list(dict.fromkeys(r["model"] for r in rows))
    base, ratios, lines = peers[-1], {p: [] for p in peers}, []
    for model in models:
        line, ours = [model], cells.get((model, base))
        for peer in peers:
            ms = cells.get((model, peer))
            if ms and ours and peer != base:
                ratios[peer].append(ms / ours)
                line.append(f"{ms:.3g} ({ms / ours:.2f}x)")
            else:
                line.append(f"{ms:.3g}" if ms else "failed")
        lines.append(line)
    means = [f"{geomean(ratios[p]):.2f}x of {len(ratios[p])}" if ratios[p] else "" for p in peers]
    return table(["model", *peers], lines + [["geometric mean", *means]])


def cost(rows):
    head = ["model, peer", "compile CPU s", "compile peak MB", "beyond weights MB", "load to result CPU s (wall)"]
    head += ["run peak MB", "error / range", "arena MB", "arena / live"]
    lines = []
    for r in rows:
        if "failed" in r:
            continue
        arena, live = r.get("arena"), r.get("live")
        lines.append(
            [
                f"{r['model']}, {r['peer']}",
                number(r.get("compile_cpu_s"), ".2f"),
                number(r.get("compile_peak") and r["compile_peak"] / MB, ".0f"),
                number(r.get("beyond_weights") and r["beyond_weights"] / MB, ".2f"),
                f"{r['load_cpu_s']:.3f} ({r['load_wall_s']:.3f})" if "compile_cpu_s" in r else "",
                number(r.get("peak_rss") and r["peak_rss"] / MB, ".0f"),
                number(r.get("error"), ".1e"),
                number(arena and arena / MB, ".2f"),
                number(arena / live if arena and live else None, ".3f"),
            ]
        )
    return table(head, lines)


def report(rows, peers, args, isa, versions):
    """The whole page; `args` are the options of compare.py."""
    sizes = "varying sizes" if args.dynamic else "fixed sizes"
    calls = min((r["calls"] for r in rows if "calls" in r), default=0)
    parts = [
        f"CPU ms a call, least of {calls} or more in {args.rounds} interleaved rounds, one core, {args.precision}, "
        f"{sizes}. In brackets: times as long as {peers[-1]}.",
        speed(rows, peers),
        "Compile: from the .pt2 to the artefact, whole process. Load: artefact to first result, library already "
        "imported. Error: against eager f32, largest difference over max - min of the output.",
        cost(rows),
        f"{isa}; " + ", ".join(f"{name} {version}" for name, version in versions.items()),
    ]
    failed = [f"- {r['model']}, {r['peer']}: {r['failed']}" for r in rows if "failed" in r]
    return "\n\n".join(parts + (["Failures:\n\n" + "\n".join(failed)] if failed else []))
