# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trainings of lcompile-run on several ranks: as threads, under mpirun, as processes that meet over Gloo; and trainers
of the package, which can load and save without a step. For tests and benchmarks."""
import concurrent.futures, os, pathlib, shutil, socket, subprocess, sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("LCOMPILE_BIN", ROOT / "build" / "bin"))
ENGINES = ("loopback", "mpi", "gloo")


def missing(engine):
    """Why jobs of the engine cannot run here, or None."""
    if engine == "mpi" and not shutil.which("mpirun"):
        return "mpirun is not installed"
    if engine != "loopback" and not (BIN.parent / "lib" / f"liblcompile-comm-{engine}.so").exists():
        return f"the engine {engine} is not built"
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(artefact, data, steps, *words):
    """The words of a training."""
    return [str(word) for word in (BIN / "lcompile-run", artefact, "--data", data, "--steps", steps, *words)]


def start(words, engine, world, mca=(), **options):
    """The processes of a job of `world` ranks: one (threads, or mpirun with `mca`), or with Gloo one a rank. `options` are
    Popen's."""
    environment = dict(os.environ)
    if engine == "loopback":
        jobs = [([*words, *(["--world", str(world)] if world > 1 else [])], {})]
    elif engine == "mpi":
        mca = [str(word) for name, value in mca for word in ("--mca", name, value)]
        environment |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        jobs = [(["mpirun", "--oversubscribe", "-n", str(world), *mca, *words], {})]
    else:
        environment |= {"LCOMPILE_COMM": "gloo", "LCOMPILE_WORLD": str(world), "LCOMPILE_MASTER": f"127.0.0.1:{free_port()}"}
        jobs = [(words, {"LCOMPILE_RANK": str(rank)}) for rank in range(world)]
    return [subprocess.Popen(line, env={**environment, **extra}, **options) for line, extra in jobs]


def finish(processes, timeout=600):
    """What the processes of a job printed, (output, errors); raises RuntimeError when one failed, TimeoutExpired when one
    does not end. None is left."""
    try:
        texts = [process.communicate(timeout=timeout) for process in processes]
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.wait()
    output, errors = ("".join(text or "" for text in kind) for kind in zip(*texts))
    if any(process.returncode for process in processes):
        raise RuntimeError(errors or f"exit codes {[process.returncode for process in processes]}")
    return output, errors


def job(words, engine, world, timeout=600, mca=()):
    """A whole job: what it printed. Raises as finish does."""
    return finish(start(words, engine, world, mca, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), timeout)


class Trainers:
    """Trainers of an artefact on `world` ranks, each on a thread of this process, by the package beside the binaries."""

    def __init__(self, artefact, world, threads):
        sys.path.insert(0, str(BIN.parent / "python"))
        from lcompile import _runtime

        self.model = _runtime.Model(str(artefact), threads, False, None, {})
        self.channels = _runtime.Channel.loopback(world, 60.0) if world > 1 else [None]
        self.trainers = [_runtime.Trainer(self.model, channel) for channel in self.channels]
        self.pool = concurrent.futures.ThreadPoolExecutor(world)
        self.names = [state[0] for state in self.model.training()["states"]]

    def each(self, call, *lists):
        """call(trainer, ...) on all ranks at the same time."""
        return list(self.pool.map(call, self.trainers, *lists))

    def load(self, folder):
        self.each(lambda trainer: trainer.load(str(folder)))

    def save(self, folder):
        self.each(lambda trainer: trainer.save(str(folder)))

    def step(self, batches):
        """One step; `batches` has the inputs of each rank. The losses."""
        return [float(outputs[0]) for outputs in self.each(lambda trainer, batch: trainer.step(batch), batches)]

    def states(self, rank=0):
        """States by name as the rank holds them, flat, not copied."""
        return {name: np.asarray(self.trainers[rank].state(i, False)).ravel() for i, name in enumerate(self.names)}

    def close(self):
        self.trainers.clear()
        list(self.pool.map(lambda channel: channel and channel.close(), self.channels))
        self.pool.shutdown()
