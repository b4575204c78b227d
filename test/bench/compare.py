# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares lcompile with PyTorch, ONNX Runtime and OpenVINO on the project's models: one core, CPU time, side by side.

    python compare.py --models resnet50,bert_base --folder build/bench [--peers eager,onnxruntime,openvino,lcompile]

Every peer of a model lives in a process of its own; rounds of calls go from one to the next on the idlest core, so that
whatever else the machine does hits all of them alike. Other work does not count: times are CPU times of the process.
"""

import argparse
import contextlib
import json
import os
import random
import re
import select
import subprocess
import sys

import machine
import report
from peers import PEERS, Job

HERE = os.path.dirname(os.path.abspath(__file__))
ZOO = os.path.join(HERE, "..", "models")
# This process stays small and imports no library: a child's peak memory starts at its parent's.


def environment():
    paths = [ZOO, os.environ.get("PYTHONPATH", "")]
    return machine.one_thread_environment() | {"PYTHONPATH": os.pathsep.join(p for p in paths if p)}


def prepare(job, dynamic):
    """Writes the model's .pt2, inputs and expected outputs unless they are there."""
    if not (os.path.exists(job.program) and os.path.exists(job.inputs) and os.path.exists(job.expected)):
        form = "--dynamic" if dynamic else "--pt2"
        command = [sys.executable, "-m", "zoo", job.model, "--out", os.path.dirname(job.program), form, "--inputs"]
        subprocess.run(command, env=environment(), check=True)
    os.makedirs(os.path.dirname(job.artefact), exist_ok=True)


def worker_command(action, peer, job, args, core):
    options = ["--core", str(core), "--precision", args.precision, *(["--dynamic"] if args.dynamic else [])]
    folder = os.path.abspath(args.folder)
    return [sys.executable, os.path.join(HERE, "worker.py"), action, peer, job.model, folder, *options]


def run_measured(command, log):
    """Runs a command; returns (exit status, stdout, CPU seconds, peak bytes), its children included."""
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=log, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, out, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def build(peer, job, args, log):
    """Makes the artefact; returns a row with what that cost, or with `failed`."""
    row = {"model": job.model, "peer": peer}
    kind = PEERS[peer]
    if not kind.files:
        return row
    paths = [job.artefact + ending for ending in kind.files]
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)
    core = machine.idlest_core()
    if hasattr(kind, "command"):
        command = ["taskset", "-c", str(core), *kind.command(job)]
    else:
        command = worker_command("build", peer, job, args, core)
    log.flush()
    start = log.tell()
    status, out, row["compile_cpu_s"], row["compile_peak"] = run_measured(command, log)
    if status == 0 and out.startswith("{"):
        row |= json.loads(out.splitlines()[0])
    elif status:
        row["failed"] = f"exit status {status}: {last_error(log, start)}"
    if "failed" not in row:
        row["beyond_weights"] = sum(os.path.getsize(p) for p in paths if os.path.exists(p)) - job.weight_bytes()
    if "failed" not in row and hasattr(kind, "info_command"):
        row |= arena(kind.info_command(job))
    return row


def last_error(log, start):
    log.seek(start)
    lines = [line.strip() for line in log.read().splitlines() if line.strip()]
    return next((line for line in lines if "error" in line), lines[-1] if lines else "no message")[:300]


def arena(command):
    """{'arena': bytes, 'live': bytes}, from the line that --info prints of the function."""
    try:
        out = subprocess.run(command, capture_output=True, text=True, check=True, env=environment()).stdout
    except (OSError, subprocess.CalledProcessError):
        return {}
    found = re.search(r"arena (\d+) bytes, at most (\d+) bytes live", out)
    return dict(zip(("arena", "live"), map(int, found.groups()))) if found else {}


class Live:
    """A peer with its artefact loaded, waiting for rounds."""

    def __init__(self, row, command, log, limit):
        self.row, self.limit, self.times = row, limit, []
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        self.process = subprocess.Popen(command, env=environment(), text=True, **pipes)
        self.listen()

    def listen(self):
        if not select.select([self.process.stdout], [], [], self.limit)[0]:
            self.process.kill()
            self.row["failed"] = f"no answer in {self.limit} s"
            return {}
        line = self.process.stdout.readline()
        answer = json.loads(line) if line.strip() else {"failed": f"died with status {self.process.wait()}"}
        self.times += answer.pop("cpu_ms", [])
        self.row |= answer
        return answer

    def round(self, core, calls, seconds):
        if "failed" not in self.row:
            print(core, calls, seconds, file=self.process.stdin, flush=True)
            self.listen()

    def close(self):
        if self.times:
            self.times.sort()
            n = len(self.times)
            self.row |= {"cpu_ms": self.times[0], "median_ms": self.times[n // 2], "calls": n}
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()


def compare(model, peers, args, log):
    """Rows of one model, one for each peer."""
    job = Job(model, os.path.abspath(args.folder), args.precision, args.dynamic)
    prepare(job, args.dynamic)
    rows, live = [], []
    for peer in peers:
        row = build(peer, job, args, log)
        rows.append(row)
        if "failed" not in row:
            command = worker_command("serve", peer, job, args, machine.idlest_core())
            live.append(Live(row, command, log, args.limit))
    calls = -(-args.calls // args.rounds)
    for _ in range(args.rounds):
        for peer in random.sample(live, len(live)):
            peer.round(machine.idlest_core(), calls, args.seconds)
    for peer in live:
        peer.close()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="resnet50,mobilenet_v3_large,bert_base,gpt2")
    parser.add_argument("--peers", default=",".join(PEERS), help="the last is the base of the ratios")
    parser.add_argument("--folder", default=os.path.join("build", "bench"), help="where models and artefacts are kept")
    parser.add_argument("--precision", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--dynamic", action="store_true", help="compile the .pt2 with varying sizes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=20, help="fewest calls of a peer over all rounds")
    parser.add_argument("--seconds", type=float, default=0.3, help="fewest CPU seconds of a round")
    parser.add_argument("--limit", type=int, default=300, help="seconds to wait for an answer")
    parser.add_argument("--jsonl", metavar="FILE", help="append the rows here")
    args = parser.parse_args()
    peers = args.peers.split(",")
    unknown = [p for p in peers if p not in PEERS]
    if unknown:
        parser.error(f"no peer {', '.join(unknown)}; there are {', '.join(PEERS)}")
    os.makedirs(args.folder, exist_ok=True)
    rows = []
    with open(os.path.join(args.folder, "bench.log"), "w+") as log:
        for model in args.models.split(","):
            rows += compare(model, peers, args, log)
            print(f"{model}: done", file=sys.stderr, flush=True)
    if args.jsonl:
        with open(args.jsonl, "a") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    lcompile = os.environ.get("LCOMPILE", "lcompile")
    print(report.report(rows, peers, args, machine.instruction_sets(), machine.versions(report.PACKAGES, lcompile)))
    return any("failed" in row and row["peer"] == peers[-1] for row in rows)


if __name__ == "__main__":
    sys.exit(main())
